"""Links: strangers learn nothing, holders are helped, looking changes nothing, sending twice stores once."""

import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from customers.models import ContactPerson
from surveys.models import BoxedAnswer, Draft, Invitation, Response, Wave
from surveys.services import invitations, waves
from tests.surveys.asking import links_of, one_section, open_wave, staff
from tests.surveys.test_public_pages import answer, hidden, of_section

pytestmark = pytest.mark.django_db
UNKNOWN = "/s/" + "A" * 43 + "/"
COUNTERS = """
SELECT schemaname || '.' || relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables
WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 ORDER BY 1
"""


def writes():
    """What this transaction has written so far, by table."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTERS)
        return cursor.fetchall()


def withdrawn(link):
    invitations.withdraw(Invitation.objects.first(), by=staff()[0], reason="wrong person")
    return link


def renewed(link):
    invitations.renew(Invitation.objects.first(), by=staff()[0])
    return link


def declined(link):
    Client().post(link + "stop/", {"what": "this"})
    return link


def expired(link):
    waves.close(Wave.objects.get(), by=staff()[0])
    Wave.objects.update(opens_at=timezone.now() - timedelta(60), closes_at=timezone.now() - timedelta(31))
    return link


@pytest.mark.parametrize("happened", [withdrawn, renewed, declined, expired])
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_dead_links_look_like_unknown_ones(happened, method):
    (link,) = links_of(open_wave())
    link = happened(link)
    stranger, holder = (getattr(Client(), method)(path) for path in (UNKNOWN, link))
    assert (stranger.status_code, holder.status_code) == (404, 404)
    assert stranger.content == holder.content
    assert {**stranger.headers} == {**holder.headers}
    if method == "get":
        assert "400-555-0123" in holder.content.decode()


def test_dead_link_gives_typed_words_back(client):
    page = client.post(UNKNOWN, {"q_idea": "写了很久的意见", "q_clear": "5"})
    assert "写了很久的意见" in page.content.decode()


def test_closed_wave_says_so_and_shows_what_was_typed(client):
    wave = open_wave()
    (link,) = links_of(wave)
    answer(client, client.get(link + "?part=1"), link, **of_section("clear", "useful"))
    page = client.get(link + "?part=3")
    waves.close(wave, by=staff()[0])
    page = client.post(link, hidden(page) | {"q_idea": "来晚了的意见"})
    text = page.content.decode()
    assert "这次调查已经结束" in text
    assert "1. 讲师讲解清楚吗？\n很满意" in text and "来晚了的意见" in text
    assert "很满意" in client.get(link).content.decode()
    assert Response.objects.count() == 0


@pytest.mark.parametrize("anonymous", [True, False])
def test_deadline_counts_before_the_clock_has_closed_the_wave(client, anonymous):
    wave = open_wave(one_section(), invited=0, is_anonymous=anonymous)
    link = f"/q/{wave.open_code}/"
    page = client.get(link)
    Wave.objects.update(opens_at=timezone.now() - timedelta(2), closes_at=timezone.now() - timedelta(seconds=1))
    page = client.post(link, hidden(page) | {"q_r0": "5", "q_r1": "5", "q_r2": "1", "q_idea": "晚了一秒"})
    assert "晚了一秒" in page.content.decode() and "很不满意" in page.content.decode()
    assert (Response.objects.count(), BoxedAnswer.objects.count()) == (0, 0)


def test_wave_that_has_not_begun_says_when(client):
    wave = open_wave(invited=0)
    Wave.objects.update(state="scheduled")
    assert "调查还没有开始" in client.get(f"/q/{wave.open_code}/").content.decode()


def paths_of(wave):
    (link,) = links_of(wave)
    return [
        link,
        link + "?part=1",
        link + "?part=9",
        link + "?part=x&lang=en",
        link + "stop/",
        f"/q/{wave.open_code}/",
        "/privacy",
    ]


@pytest.mark.parametrize("anonymous", [True, False])
def test_looking_writes_nothing(client, anonymous):
    wave = open_wave(is_anonymous=anonymous, is_open_link=True)
    paths = paths_of(wave)
    before = writes()
    for path in paths:
        for _scan in range(3):
            assert client.get(path).status_code == 200
            assert (client.head(path).status_code, client.head(path).content) == (200, b"")
    assert writes() == before
    page = client.get(paths[1])
    answer(client, page, paths[0], **of_section("clear", "useful"))
    assert (writes() == before) is anonymous


def test_scanners_do_not_use_up_a_link(client):
    (link,) = links_of(open_wave(one_section()))
    for _scan in range(50):
        client.head(link, headers={"user-agent": "Barracuda"})
        client.get(link + "stop/", headers={"user-agent": "Barracuda"})
    page = answer(client, client.get(link), link, q_r0="5", q_r1="4", q_r2="3")
    assert "已收到" in page.content.decode()


def test_page_view_takes_one_query(client, django_assert_num_queries):
    wave = open_wave(one_section(), invited=1, is_open_link=True)
    paths = [*links_of(wave), f"/q/{wave.open_code}/"]
    for path in paths:
        client.get(path)
        with django_assert_num_queries(1):
            client.get(path)


def test_guessing_is_slowed_and_good_links_are_not(client, settings):
    settings.BAD_LINKS_PER_10_MINUTES = 3
    (link,) = links_of(open_wave())
    guesses = [client.get(f"/s/{'B' * 42}{letter}/").status_code for letter in "abcde"]
    assert guesses == [404, 404, 404, 429, 429]
    refused = client.get(UNKNOWN)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    assert client.get(link).status_code == 200
    assert client.get(UNKNOWN, REMOTE_ADDR="10.9.8.7").status_code == 404


def test_limit_holds_while_the_cache_is_away(client, settings):
    settings.BAD_LINKS_PER_10_MINUTES = 2
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "unix:///nowhere/valkey.sock"}
    }
    assert [client.get(UNKNOWN).status_code for _guess in range(4)] == [404, 404, 429, 429]


def test_declining_one_survey_and_all_of_them(client):
    first, other = links_of(open_wave(invited=2))
    assert "不会再提醒您" in client.post(first + "stop/", {"what": "this"}).content.decode()
    assert "不会再问您" in client.post(other + "stop/", {"what": "all"}).content.decode()
    assert list(Invitation.objects.order_by("pk").values_list("state", flat=True)) == ["refused", "opted_out"]
    opted_out = [person.opted_out_at is not None for person in ContactPerson.objects.order_by("pk")]
    assert opted_out == [False, True]


def test_one_click_unsubscribe_needs_no_cookie_but_other_posts_do():
    first, other = links_of(open_wave(invited=2))
    client = Client(enforce_csrf_checks=True)
    assert client.post(first + "stop/", {"what": "all"}).status_code == 403
    assert client.post(other + "stop/", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert list(Invitation.objects.order_by("pk").values_list("state", flat=True)) == ["planned", "opted_out"]


# Saving as answers are given ---------------------------------------------------------------------------


def test_answers_are_saved_one_by_one(client):
    (link,) = links_of(open_wave())
    said = client.post(link + "save", {"uid": "clear", "q_clear": "5", "rev": "0"}).json()
    assert (said["rev"], said["errors"]) == (1, {})
    said = client.post(link + "save", {"uid": ["useful", "clear"], "q_useful": "2", "rev": "1"}).json()
    assert said["rev"] == 2
    assert Draft.objects.get().payload == {"useful": 2}


def test_stale_revision_gets_the_newer_answers(client):
    (link,) = links_of(open_wave())
    client.post(link + "save", {"uid": "clear", "q_clear": "5", "rev": "0"})
    stale = client.post(link + "save", {"uid": "useful", "q_useful": "2", "rev": "0"})
    assert (stale.status_code, stale.json()) == (409, {"rev": 1, "answers": {"clear": 5}})


def test_unfit_answer_is_named_and_the_others_are_saved(client):
    (link,) = links_of(open_wave())
    said = client.post(link + "save", {"uid": ["clear", "idea"], "q_clear": "5", "q_idea": "长" * 201, "rev": "0"})
    assert list(said.json()["errors"]) == ["idea"]
    assert Draft.objects.get().payload == {"clear": 5}


def test_nothing_is_saved_for_anonymous_unknown_or_forged(client):
    (link,) = links_of(open_wave(is_anonymous=True))
    for path in (link, UNKNOWN):
        assert client.post(path + "save", {"uid": "clear", "q_clear": "5", "rev": "0"}).status_code == 410
    (link,) = links_of(open_wave(questionnaire="Q2"))
    assert Client(enforce_csrf_checks=True).post(link + "save", {"uid": "clear", "q_clear": "5"}).status_code == 403
    assert Draft.objects.count() == 0


# Fifty at once -----------------------------------------------------------------------------------------


class Browser:
    """Posts a form to the running portal and follows to the receipt."""

    def __init__(self, portal):
        self.portal, self.cookie = portal, ""

    def ask(self, method, path, body=None):
        link = http.client.HTTPConnection("127.0.0.1", self.portal.port, timeout=60)
        headers = {
            "Cookie": self.cookie,
            "Origin": self.portal.url,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        link.request(method, path, body, headers)
        answer = link.getresponse()
        text = answer.read().decode()
        self.cookie = self.cookie or (answer.getheader("Set-Cookie") or "").split(";")[0]
        return self.ask("GET", answer.getheader("Location")) if answer.status == 302 else text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["named", "anonymous", "open", "open anonymous"])
def test_fifty_parallel_posts_store_one_response_and_show_one_receipt(live_portal, kind):
    wave = open_wave(one_section(), invited=0 if "open" in kind else 1, is_anonymous="anonymous" in kind)
    link = f"/q/{wave.open_code}/" if "open" in kind else links_of(wave)[0]
    browser = Browser(live_portal)
    page = browser.ask("GET", link)
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    body = urlencode(fields | {"q_r0": "1", "q_r1": "4", "q_r2": "5", "q_idea": "五十遍"})
    with ThreadPoolExecutor(50) as pool:
        pages = list(pool.map(lambda _number: browser.ask("POST", link, body), range(50)))
    receipts = {re.search(r'class="code">([^<]+)<', page)[1] for page in pages}
    assert (len(pages), len(receipts)) == (50, 1)
    assert (BoxedAnswer if wave.is_anonymous else Response).objects.count() == 1
