"""An anonymous wave with reminders through real mail and worker; then an auditor with everything in hand."""

import re
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.choices import Role
from notifications.models import Message
from surveys import tasks
from surveys.choices import InvitationState, WaveState
from surveys.models import AnswerText, BoxedAnswer, Draft, LowAnswer, Response, SpentMarker, Wave, WaveKey
from tests.e2e.desk import Desk, zh
from tests.e2e.respondents import PHONE, answer_by_plain_http, link_in
from tests.factories import accounts as make
from tests.surveys.asking import COMPLETE, open_wave
from tests.surveys.test_anonymity import correlation, dump, sql, xmins

ASKED, FIRST, LATER = 24, 20, 3  # twenty answer the invitation, three the reminder, one never
TABLES = ("surveys_response", "surveys_answer", "surveys_answertext", "surveys_invitation")
SCRUBBED = ("surveys_boxedanswer", "surveys_spentmarker", "surveys_wavekey")

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.mark.story
def test_anonymous_wave_reminds_the_silent_and_tells_the_auditor_nothing(
    smtp, celery_worker_process, live_portal, new_page, wait_for
):
    wave = open_wave(invited=ASKED, is_anonymous=True, reminder_every_days=1)
    links = invitations(smtp, wait_for)
    said = answer_invitations(links, new_page)
    batch_while_open(said, wait_for)
    said += answer_reminders(wave, smtp, wait_for)
    close_by_the_clock(wave, wait_for)
    assert tries_of_the_database(wave, said) == []
    assert traces_outside_the_database(said, smtp, celery_worker_process, live_portal) == []
    see_the_result(new_page(), wave)


def address(number):
    return f"p{number}.q1@example.com"


def invitations(smtp, wait_for):
    """Personal links by number, out of the mails, which promise anonymity."""
    wait_for(lambda: len(smtp.messages) == ASKED, seconds=60)
    found = {}
    for number in range(ASKED):
        (message,) = [mail for mail in smtp.messages if is_to(mail, number)]
        assert zh("Anonymous: your answers are not kept together with your name, phone number or e-mail.") in (
            message.get_body(("plain",)).get_content()
        )
        found[number] = link_in(message)
    wait_for(lambda: set(Wave.objects.get().invitations.values_list("state", flat=True)) == {"sent"})
    return found


def is_to(message, number):
    return message["X-Envelope-To"].lower() == address(number)


def answer_invitations(links, new_page):
    """The first answers in a browser that keeps nothing afterwards, the others one after the other."""
    said = ["canary-0"]
    page = new_page(**PHONE)
    page.goto(links[0])
    page.get_by_role("link", name=zh("Start answering")).click()
    for question, words in (("讲师讲解清楚吗？", "很不满意"), ("内容有用吗？", "满意")):
        page.get_by_role("group", name=question).get_by_label(words, exact=True).check()
    page.get_by_role("button", name=zh("Next section")).click()
    for question, words in (("愿意推荐给同事吗？", "2"), ("还会再来吗？", "否")):
        page.get_by_role("group", name=question).get_by_label(words, exact=True).check()
    page.get_by_role("button", name=zh("Next section")).click()
    page.get_by_label(re.compile("哪里最该改")).fill(said[0])
    page.get_by_role("button", name=zh("Send my answers")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(zh("Received, thank you"))
    assert page.evaluate("localStorage.length") == 0
    return said + [answer(links[number], number) for number in range(1, FIRST)]


def answer(link, number):
    words = f"canary-{number}"
    answer_by_plain_http(link, 3, COMPLETE | {"q_clear": 1 + number % 5, "q_idea": words})
    return words


def batch_while_open(said, wait_for):
    """The worker lets a shuffled batch out; five stay, nobody is marked, nobody is called."""
    assert BoxedAnswer.objects.count() == len(said) and not Response.objects.exists()
    tasks.empty_boxes.delay()
    wait_for(lambda: BoxedAnswer.objects.count() == 5)
    assert Response.objects.count() == len(said) - 5
    assert len(set(xmins("surveys_response"))) == 1
    assert not {row for table in TABLES[:3] for row in xmins(table)} & set(xmins("surveys_invitation"))
    assert not LowAnswer.objects.exists() and not Draft.objects.exists()


def answer_reminders(wave, smtp, wait_for):
    """Two days later the worker reminds the silent, nobody else, once; three of them answer."""
    wave.invitations.update(last_sent_at=timezone.now() - timedelta(days=2))
    silent = range(FIRST, ASKED)
    smtp.messages.clear()
    for _twice in range(2):
        tasks.remind_due.delay()
        wait_for(lambda: Message.objects.filter(kind="surveys.reminder", state="sent").count() == len(silent))
    assert sorted(mail["X-Envelope-To"].lower() for mail in smtp.messages) == [address(n) for n in silent]
    still = zh("We have not had your answer yet; it still counts.")
    assert all(still in mail.get_body(("plain",)).get_content() for mail in smtp.messages)
    reminded = {number: mail for number in silent for mail in smtp.messages if is_to(mail, number)}
    return [answer(link_in(reminded[number]), number) for number in list(silent)[:LATER]]


def close_by_the_clock(wave, wait_for):
    Wave.objects.update(closes_at=timezone.now())
    tasks.turn_waves.delay()
    wait_for(lambda: Wave.objects.get().state == WaveState.CLOSED)
    rounds = [
        timezone.now() + timedelta(seconds=70 + 20 * n) for n in range(3)
    ]  # of the clock, after a minute of trying
    wait_for(lambda: are_rewritten(rounds), 150)
    states = list(wave.invitations.order_by("pk").values_list("state", flat=True))
    assert states == [InvitationState.DONE] * (FIRST + LATER) + [InvitationState.EXPIRED]
    assert Response.objects.count() == AnswerText.objects.count() == FIRST + LATER
    assert Message.objects.filter(kind="surveys.reminder").count() == ASKED - FIRST


def are_rewritten(rounds):
    """A transaction of anybody puts it off: it is tried for a minute, and again with every round of the clock."""
    left = [table for table in SCRUBBED if sql("SELECT pg_relation_size(%s)", table)[0][0]]
    if left and rounds and timezone.now() > rounds[0]:
        rounds.pop(0)
        tasks.empty_boxes.delay()
    return not left


# The auditor -------------------------------------------------------------------------------------------


def tries_of_the_database(wave, said):
    """Joins of docs/adr/0004-anonymity.md tried on what is stored; names of those that lead somewhere."""
    texts, hits = dump(), []
    if [table for table, text in texts.items() if "canary-" in text] != ["surveys_answertext"]:
        hits.append("words beside the answers")
    if any(model.objects.exists() for model in (BoxedAnswer, SpentMarker, WaveKey, Draft, LowAnswer)):
        hits.append("box, markers, keys, drafts, low answers")
    hits += [f"transactions of {table}" for table in TABLES if len(set(xmins(table))) != 1]
    for order in ("ctid", "id"):
        rows = [row[0] for row in sql(f"SELECT body FROM surveys_answertext ORDER BY {order}")]
        if abs(correlation([rows.index(words) for words in said])) > 0.8:
            hits.append(f"order by {order}")
    if {row.submitted_on for row in Response.objects.all()} != {timezone.localdate()}:
        hits.append("days")
    keys = {str(pk) for pk in Response.objects.values_list("pk", flat=True)}
    own = ("surveys_response", "surveys_answer")
    hits += [f"keys in {table}" for table, text in texts.items() if table not in own and keys & words_of(text)]
    return hits


def words_of(text):
    return set(re.split(r"[^\w-]+", text))


def traces_outside_the_database(said, smtp, *programs):
    """Answers in mails, in the broker, or in the logs of web and worker."""
    places = [mail.as_string() for mail in smtp.messages] + [program.log.read_text() for program in programs]
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        places += [repr((key, broker.dump(key))) for key in broker.scan_iter()]
    return [words for words in said for place in places if words in place]


def see_the_result(page, wave):
    """Twenty-three answers as a whole; no single one can be opened."""
    officer = Desk.of(page, make.person(Role.SURVEY_OFFICER, password=make.PASSWORD))
    officer.go("surveys:wave", wave.pk)
    officer.sees(str(FIRST + LATER))
    officer.lacks("Answers")
    for name in ("surveys:wave_answers", "surveys:wave_low"):
        assert page.goto(reverse(name, args=[wave.pk])).status == 404
    officer.go("surveys:wave_words", wave.pk).sees("canary-7")
