"""What a respondent meets, without JavaScript."""

import re

import pytest
from django.test import Client

from surveys.models import Answer, Draft, Invitation, Response
from tests.surveys.asking import COMPLETE, links_of, one_section, open_wave

pytestmark = pytest.mark.django_db


def hidden(page):
    """The hidden fields of the form, as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.content.decode())
    fields = {}
    for name, value in found:
        fields.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in fields.items()}


def answer(client, page, link, **fields):
    return client.post(link, hidden(page) | fields, follow=True)


def of_section(*uids):
    return {f"q_{uid}": COMPLETE[f"q_{uid}"] for uid in uids}


def test_whole_way_identified(client):
    wave = open_wave()
    (link,) = links_of(wave)
    page = client.get(link)
    assert "开始填写" in page.content.decode()
    page = client.get(link + "?part=1")
    page = answer(client, page, link, **of_section("clear", "useful"))
    assert page.redirect_chain == [(f"{link}?part=2", 302)]
    assert "2 / 3" in page.content.decode()
    page = answer(client, page, link, **of_section("recommend", "why", "again"))
    page = answer(client, page, link, **of_section("idea", "way"))
    response = Response.objects.get()
    assert response.receipt in page.content.decode()
    assert response.receipt in client.get(link).content.decode()
    assert response.raw == {
        "clear": 5,
        "useful": 4,
        "recommend": 9,
        "why": [1, 2],
        "again": 1,
        "idea": "多给例题",
        "way": 1,
    }
    assert (Answer.objects.count(), Draft.objects.count()) == (7, 0)


@pytest.mark.parametrize("anonymous", [True, False])
def test_open_link_carries_earlier_sections(client, anonymous):
    wave = open_wave(invited=0, is_anonymous=anonymous)
    link = f"/q/{wave.open_code}/"
    page = client.get(link + "?part=1")
    page = answer(client, page, link, **of_section("clear", "useful"))
    assert (page.status_code, page.redirect_chain) == (200, [])
    page = answer(client, page, link, **of_section("recommend", "why", "again"))
    assert hidden(page)["q_why"] == ["1", "2"]
    page = answer(client, page, link, **of_section("idea"))
    assert re.fullmatch(rf"{link}received/[^/]+/", page.redirect_chain[0][0])
    assert client.get(page.redirect_chain[0][0]).content == page.content
    assert Response.objects.count() == (0 if anonymous else 1)
    if not anonymous:
        assert Response.objects.get().raw["why"] == [1, 2]


def test_anonymous_personal_link_leaves_no_draft_and_shows_receipt_again(client):
    wave = open_wave(is_anonymous=True)
    (link,) = links_of(wave)
    page = answer(client, client.get(link + "?part=1"), link, **of_section("clear", "useful"))
    assert Draft.objects.count() == 0
    page = answer(client, page, link, **of_section("recommend", "again"))
    page = answer(client, page, link)
    code = re.search(r'class="code">([^<]+)<', page.content.decode())[1]
    assert code in client.get(link).content.decode()
    assert Invitation.objects.get().state == "planned"


def test_missing_answers_are_named_and_input_is_kept(client):
    (link,) = links_of(open_wave())
    page = answer(client, client.get(link + "?part=1"), link, q_clear="4")
    text = page.content.decode()
    assert page.status_code == 422
    assert '<a href="#q_useful">' in text and text.count("内容有用吗？") == 3
    assert 'value="4" checked' in text
    page = client.get(link)
    assert 'value="4" checked' in page.content.decode()


def test_back_and_language_keep_answers(client):
    (link,) = links_of(open_wave())
    page = answer(client, client.get(link + "?part=1"), link, **of_section("clear", "useful"))
    page = answer(client, page, link, q_recommend="0", go="back")
    assert page.redirect_chain == [(f"{link}?part=1", 302)]
    page = answer(client, client.get(link + "?part=2"), link, q_recommend="0", language="en")
    text = page.content.decode()
    assert "Would you recommend it?" in text and 'value="0" id="q_recommend" checked' in text
    assert "How was the course?" not in text and "2 / 3" in text
    page = answer(client, client.get(link + "?part=2"), link, q_recommend="3")
    assert "Select an answer to “Will you come again?”." in page.content.decode()


def test_cleared_answers_do_not_come_back_from_the_draft(client):
    (link,) = links_of(open_wave())
    answer(client, client.get(link + "?part=1"), link, **of_section("clear", "useful"))
    answer(client, client.get(link + "?part=2"), link, **of_section("recommend", "why", "again"))
    answer(client, client.get(link + "?part=3"), link, q_idea="第一稿", go="back")
    answer(client, client.get(link + "?part=3"), link, q_idea="")
    assert "idea" not in Response.objects.get().raw


def test_one_section_is_one_page(client):
    (link,) = links_of(open_wave(one_section()))
    page = client.get(link)
    assert "提交" in page.content.decode()
    page = answer(client, page, link, q_r0="5", q_r1="4", q_r2="3")
    assert Response.objects.get().receipt in page.content.decode()


def test_resume_goes_to_first_open_section_on_any_device(client):
    (link,) = links_of(open_wave())
    answer(client, client.get(link + "?part=1"), link, **of_section("clear", "useful"))
    page = Client().get(link)
    assert "2 / 3" in page.content.decode() and "已保存" in page.content.decode()


def test_forged_post_is_refused_and_keeps_what_was_typed():
    (link,) = links_of(open_wave())
    client = Client(enforce_csrf_checks=True)
    page = client.post(link, of_section("clear", "useful"))
    assert (page.status_code, Draft.objects.count()) == (403, 0)
    assert 'value="5" id="q_clear" checked' in page.content.decode()
    page = answer(client, page, link, **of_section("clear", "useful"))
    assert page.redirect_chain == [(f"{link}?part=2", 302)]


def test_double_submission_shows_the_same_receipt(client):
    wave = open_wave(one_section(), invited=0)
    link = f"/q/{wave.open_code}/"
    page = client.get(link)
    pages = [answer(client, page, link, q_r0="5", q_r1="4", q_r2="3") for _time in range(3)]
    assert len({page.content for page in pages}) == 1
    assert Response.objects.count() == 1


def test_receipt_of_open_link_cannot_be_made_up(client):
    wave = open_wave(one_section(), invited=0)
    assert client.get(f"/q/{wave.open_code}/received/ABCD-EFGH:x/").status_code == 404
    assert client.get(f"/q/{wave.open_code}/received/{wave.pk}.ABCD-EFGH:x/").status_code == 404


def test_receipt_opens_again_without_a_query_and_from_anywhere(client, django_assert_num_queries):
    (link,) = links_of(open_wave(one_section(), is_anonymous=True))
    page = answer(client, client.get(link), link, q_r0="5", q_r1="4", q_r2="3")
    with django_assert_num_queries(0):
        assert client.get(link).content == page.content
    assert Client().get(link).content == page.content


def test_pages_stay_private_and_small(client):
    (link,) = links_of(open_wave(one_section(15)))
    page = client.get(link)
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert b"<script>" not in page.content and b"style=" not in page.content
    assert len(page.content) < 40_000


def test_privacy_page_says_what_cannot_be_promised(client):
    assert "备份" in client.get("/privacy").content.decode()
