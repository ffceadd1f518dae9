"""Letters and personal sheets: one invitation, one sheet, one answer (CHN-06, CHN-07, CHN-12)."""

import io
import re
from datetime import timedelta

import pypdfium2
import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.choices import Role
from core.jobs import runner
from core.workflow import InvalidTransition
from customers.models import ContactPerson
from notifications.models import Message
from surveys import letters as papers
from surveys import serials
from surveys.choices import InvitationState, ResponseMode
from surveys.jobs import draw_letters, start_letters
from surveys.models import PersonalSheet, Response
from surveys.services import answering, entering, invitations, letters, links, waves
from tests.factories import surveys as make
from tests.surveys.asking import one_section, open_wave

pytestmark = pytest.mark.django_db
PAYLOAD = {"r0": "5", "r1": "4", "r2": "4"}


@pytest.fixture
def officer():
    return make.person(Role.SURVEY_OFFICER)


def letter_wave(invited=2, **fields):
    return open_wave(one_section(), invited=invited, is_by_letter=True, **fields)


def text_of(paper):
    with pypdfium2.PdfDocument(io.BytesIO(paper)) as pdf:
        return [re.sub(r"\s", "", page.get_textpage().get_text_bounded()) for page in pdf]


def test_a_wave_by_letter_mails_nobody(officer):
    wave = letter_wave()
    assert not Message.objects.filter(kind__startswith="surveys.").exists()
    sheets = letters.issue(wave, by=officer, is_letter=True)
    letters.mark_sent(wave, ids=[sheet.pk for sheet in sheets], on=timezone.localdate(), by=officer)
    wave.invitations.update(last_sent_at=timezone.now() - timedelta(days=9))
    assert list(invitations.waves_to_remind()) == []
    invitations.renew(wave.invitations.first(), by=officer)
    assert not Message.objects.filter(kind__startswith="surveys.").exists()
    assert open_wave(one_section(), questionnaire="Q2").is_by_letter is False
    assert Message.objects.filter(kind="surveys.invitation").count() == 1


def test_each_person_gets_one_sheet_in_its_language(officer):
    wave = letter_wave(3)
    first = wave.invitations.order_by("pk").first()
    wave.invitations.filter(pk=first.pk).update(language="en")
    batch = entering.issue_sheets(wave, count=5, language="zh-hans", by=officer)
    made = letters.issue(wave, by=officer, is_letter=True)
    assert [(sheet.number, sheet.language) for sheet in made] == [(6, "en"), (7, "zh-hans"), (8, "zh-hans")]
    assert made[0].invitation == first and batch.last_no == 5
    with pytest.raises(InvalidTransition):
        letters.issue(wave, by=officer, is_letter=True)
    assert entering.sheet_of(wave, 3) is None and entering.sheet_of(wave, 6).invitation == first


def test_only_one_tier_may_be_written_to(officer):
    wave = letter_wave(2)
    key = wave.invitations.order_by("pk").first()
    wave.invitations.filter(pk=key.pk).update(seg_tier="key")
    assert [sheet.invitation for sheet in letters.issue(wave, by=officer, is_letter=True, tier="key")] == [key]


def test_an_anonymous_wave_has_no_personal_sheets(officer, client):
    wave = open_wave(one_section(), is_anonymous=True)
    with pytest.raises(InvalidTransition):
        letters.issue(wave, by=officer, is_letter=False)
    assert not PersonalSheet.objects.exists()
    client.force_login(officer)
    assert client.get(reverse("surveys:wave_letters", args=[wave.pk])).status_code == 404


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-hans", ["尊敬的王0", "寄回", "三季度满意度"]), ("en", ["Dear王0", "Answeronline", "Thirdquarter"])],
)
def test_a_letter_says_who_why_until_when_and_where(officer, language, said):
    wave = letter_wave(1, invitation_zh="您是我们的重要客户。", invitation_en="You are one of our key customers.")
    wave.invitations.update(language=language)
    (sheet,) = letters.issue(wave, by=officer, is_letter=True)
    pages = text_of(papers.make_letters(wave, [sheet.pk], language="zh-hans"))
    assert len(pages) == 2
    token = links.token_for(wave.invitations.select_related("wave__link_key").get())
    purpose = {"zh-hans": "您是我们的重要客户。", "en": "Youareoneofourkeycustomers."}[language]
    for words in (*said, purpose, serials.write(sheet.number), token, str(timezone.localdate().year)):
        assert words in "".join(pages), words
    assert serials.write(sheet.number) in pages[1] and token not in pages[1]


def test_a_sheet_without_letter_is_one_page_without_name_or_link(officer):
    wave = letter_wave(1)
    (sheet,) = letters.issue(wave, by=officer, is_letter=False)
    (page,) = text_of(papers.make_letters(wave, [sheet.pk], language="zh-hans"))
    assert "0001-8" in page and "王0" not in page and "/s/" not in page


def test_letters_are_drawn_in_the_background_and_again(officer):
    wave = letter_wave(2)
    job = start_letters(wave, by=officer, is_letter=True)
    runner.run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 3)
    assert len(text_of(job.file.read())) == 4
    assert wave.transitions.filter(kind="exported", payload__what="letters").count() == 1
    waves.close(wave, by=officer)
    late = draw_letters(wave, list(PersonalSheet.objects.values_list("pk", flat=True)), by=officer)
    runner.run(str(late.pk))
    late.refresh_from_db()
    assert (late.state, late.file.name) == ("failed", "")


# Sent, come back, answered -----------------------------------------------------------------------------


def test_sent_and_come_back_are_noted_once(officer):
    wave = letter_wave(3)
    sheets = letters.issue(wave, by=officer, is_letter=True)
    ids, today = [sheet.pk for sheet in sheets], timezone.localdate()
    assert letters.mark_undelivered(wave, ids=ids, on=today, by=officer) == 0  # nothing was sent yet
    assert letters.mark_sent(wave, ids=ids[:2], on=today - timedelta(days=3), by=officer) == 2
    assert letters.mark_sent(wave, ids=ids, on=today, by=officer) == 1
    assert [sheet.sent_on for sheet in PersonalSheet.objects.all()] == [today - timedelta(days=3)] * 2 + [today]
    assert set(wave.invitations.values_list("state", flat=True)) == {InvitationState.SENT}
    assert letters.mark_undelivered(wave, ids=ids[:1], on=today - timedelta(days=4), by=officer) == 0
    assert letters.mark_undelivered(wave, ids=ids[:1], on=today, by=officer, note="moved") == 1
    back = PersonalSheet.objects.get(pk=ids[0])
    assert (back.undelivered_on, back.undelivered_by, back.note) == (today, officer, "moved")
    assert back.invitation.state == InvitationState.BOUNCED
    with pytest.raises(Exception, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE surveys_personalsheet SET note = 'x' WHERE id = %s", [ids[0]])
    with pytest.raises(Exception, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE surveys_personalsheet SET number = 99 WHERE id = %s", [ids[1]])


def test_a_returned_sheet_is_that_invitations_answer(officer, client):
    wave = letter_wave(2)
    first, second = letters.issue(wave, by=officer, is_letter=True)
    client.force_login(officer)
    page = reverse("surveys:entry_form", args=[wave.pk])
    shown = client.get(f"{page}?serial={first}")
    assert shown.context["form"]["mode"].value() == ResponseMode.LETTER and "客户0" in shown.content.decode()
    fields = {"serial": str(first), "key": "x", "mode": "letter", "language": "zh-hans", "note": "传真"}
    client.post(page, fields | {f"q_{uid}": value for uid, value in PAYLOAD.items()})
    response = Response.objects.get()
    assert (response.invitation, response.mode, response.entry_note) == (first.invitation, ResponseMode.LETTER, "传真")
    assert entering.returned(wave) == (2, 1)
    again = client.get(f"{page}?serial={first}", follow=True).content.decode()
    assert "答卷已经收到" in again or "已" in again
    assert answering.situation(wave, wave.invitations.get(pk=first.invitation_id)) == answering.Situation.DONE
    answering.submit(payload=PAYLOAD, invitation=wave.invitations.get(pk=second.invitation_id))
    assert str(second) not in client.get(f"{page}?serial={second}", follow=True).redirect_chain[-1][0]
    assert Response.objects.count() == 2


def test_the_way_of_letters_through_the_pages(officer, client):
    wave = letter_wave(2)
    client.force_login(officer)
    home = reverse("surveys:wave_letters", args=[wave.pk])
    assert "2" in client.get(home).content.decode()
    done = client.post(reverse("surveys:letters_print", args=[wave.pk]), {"what": "letter"})
    assert done.status_code == 302 and PersonalSheet.objects.count() == 2
    ids = list(PersonalSheet.objects.values_list("pk", flat=True))
    assert client.post(home, {"sheet": ids, "on": "2999-01-01", "act": "sent"}).status_code == 422
    client.post(home, {"sheet": ids, "on": timezone.localdate().isoformat(), "act": "sent"})
    client.post(
        home, {"sheet": ids[:1], "on": timezone.localdate().isoformat(), "act": "undelivered", "note": "查无此人"}
    )
    html = client.get(home).content.decode()
    assert "查无此人" in html and PersonalSheet.objects.filter(undelivered_on=None, sent_on__isnull=False).count() == 1
    assert (
        client.post(reverse("surveys:letters_print", args=[wave.pk]), {"what": "again", "sheet": ids}).status_code
        == 302
    )
    assert client.post(reverse("surveys:letters_print", args=[wave.pk]), {"what": "x"}).status_code == 404


@pytest.mark.parametrize("invited", [1, 3])
def test_the_page_asks_as_often_for_one_as_for_three(officer, client, invited, django_assert_num_queries):
    wave = letter_wave(invited)
    letters.issue(wave, by=officer, is_letter=True)
    client.force_login(officer)
    page = reverse("surveys:wave_letters", args=[wave.pk])
    client.get(page)
    with django_assert_num_queries(10):
        html = client.get(page).content.decode()
    assert html.count('name="sheet"') == invited


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.DEPARTMENT_USER])
def test_who_runs_no_waves_prints_no_letters(client, role):
    wave = letter_wave(1)
    client.force_login(make.person(role))
    assert client.get(reverse("surveys:wave_letters", args=[wave.pk])).status_code == 403
    assert client.post(reverse("surveys:letters_print", args=[wave.pk]), {"what": "letter"}).status_code == 403
    assert not PersonalSheet.objects.exists() and ContactPerson.objects.count() == 1


def test_a_note_is_kept_only_with_an_entered_answer(officer):
    wave = open_wave(one_section(), questionnaire="Q3")
    with translation.override("en"), pytest.raises(Exception, match="response_entered_names_who"), transaction.atomic():
        Response.objects.create(
            wave=wave, questionnaire_version=wave.questionnaire_version, submitted_at=timezone.now(),
            submitted_on=timezone.localdate(), entry_note="fax",
        )  # fmt: skip
