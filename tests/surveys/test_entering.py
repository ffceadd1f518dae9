"""Answers typed in by the company's people: paper, telephone, face to face (CHN-11, 12, 16, 17)."""

import io
import re

import pypdfium2
import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.choices import Role
from core.models import Job
from surveys import papers, serials
from surveys.choices import InvitationState, ResponseMode
from surveys.models import BoxedAnswer, LowAnswer, PaperBatch, Response
from surveys.selectors import entry, results
from surveys.services import answering, entering
from tests.factories import surveys as make
from tests.surveys.asking import one_section, open_wave
from tests.surveys.routes import branched

PAYLOAD = {"r0": "5", "r1": "1", "r2": "4"}


@pytest.fixture
def officer(db):
    return make.person(Role.SURVEY_OFFICER)


def typed(wave, by, **whose):
    return entering.enter(payload=PAYLOAD, by=by, mode=ResponseMode.PAPER, wave=wave, **whose)


# Serial numbers ----------------------------------------------------------------------------------------


def test_serials_carry_luhns_digit():
    assert serials.check_digit(7992739871) == 3  # the standard's example
    assert [serials.write(number) for number in (1, 12, 12345)] == ["0001-8", "0012-5", "12345-5"]
    assert [serials.read(text) for text in ("0012-5", "125", " 0012 – 5 ", "0012-6", "0021-5", "", "x", "0000-0")] == [
        12, 12, 12, None, None, None, None, None,
    ]  # fmt: skip


def test_every_wrong_digit_is_noticed():
    for number in range(1, 2000, 37):
        right = serials.write(number)
        for place, digit in enumerate(right):
            for other in "0123456789".replace(digit, "") if digit.isdigit() else "":
                assert serials.read(right[:place] + other + right[place + 1 :]) is None


def test_sheets_are_numbered_on_and_never_change(officer):
    wave, other = open_wave(one_section()), open_wave(one_section(), questionnaire="Q2")
    first, second = (entering.issue_sheets(wave, count=count, language="zh-hans", by=officer) for count in (20, 5))
    assert (first.first_no, first.last_no, second.first_no, second.last_no) == (1, 20, 21, 25)
    assert entering.issue_sheets(other, count=1, language="en", by=officer).first_no == 1
    assert entering.find_sheet(wave, serials.write(25)) == 25
    with pytest.raises(ValueError, match="0026"), translation.override("en"):
        entering.find_sheet(wave, serials.write(26))
    with pytest.raises(ValueError, match="check digit"), translation.override("en"):
        entering.find_sheet(wave, "0001-1")
    with pytest.raises(Exception, match=r"insert-only|denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE surveys_paperbatch SET count = 500")


# One answer, whatever the way ---------------------------------------------------------------------------


def test_a_sheet_is_entered_once(officer):
    wave, colleague = open_wave(one_section()), make.person(Role.AGENT)
    entering.issue_sheets(wave, count=2, language="zh-hans", by=officer)
    receipt = typed(wave, officer, number=1)
    response = Response.objects.get(receipt=receipt.code)
    assert (response.mode, response.entered_by, response.is_proxy) == ("paper", officer, False)
    with pytest.raises(entering.AlreadyThere) as caught:
        typed(wave, colleague, number=1)
    assert caught.value.response == response == entering.first_of(wave, 1)
    assert entering.returned(wave) == (2, 1)


def test_an_answer_on_the_phone_comes_after_the_one_by_link(officer):
    wave = open_wave(one_section())
    invitation = wave.invitations.get()
    answering.submit(payload=PAYLOAD, invitation=invitation)
    with pytest.raises(entering.AlreadyThere) as caught:
        typed(wave, officer, invitation=wave.invitations.get())
    assert caught.value.response.mode == ResponseMode.WEB


def test_an_answer_typed_in_counts_like_any_other(officer):
    wave = open_wave(one_section())
    invitation = wave.invitations.get()
    answering.save_answers(invitation, payload={"idea": "begun by link"}, rev=0)
    entering.enter(
        payload=PAYLOAD, by=officer, mode=ResponseMode.PHONE, invitation=wave.invitations.get(), is_proxy=True,
        given_on=timezone.localdate(), language="zh-hans",
    )  # fmt: skip
    response, invitation = Response.objects.get(), wave.invitations.get()
    assert invitation.state == InvitationState.DONE and response.raw == {"r0": 5, "r1": 1, "r2": 4}
    assert (response.is_proxy, response.given_on, response.seg_region) == (True, timezone.localdate(), "Q1")
    assert LowAnswer.objects.get().follow_up.customer == invitation.customer
    assert results.of_wave(wave).valid_n == 1


def test_an_anonymous_wave_keeps_neither_sheet_nor_hand(officer):
    wave = open_wave(one_section(), is_anonymous=True)
    entering.issue_sheets(wave, count=1, language="zh-hans", by=officer)
    typed(wave, officer, number=1)
    with pytest.raises(entering.AlreadyThere) as caught:
        typed(wave, officer, number=1)
    assert caught.value.response is None and entering.returned(wave) == (1, None)
    assert BoxedAnswer.objects.count() == 1 and not Response.objects.exists()
    assert list(entry.waiting(officer, wave)) == []


@pytest.mark.parametrize("fields", [{"mode": "phone", "entered_by": None}, {"mode": "web", "is_proxy": True}])
def test_the_database_wants_to_know_who_typed(officer, fields):
    wave = open_wave(one_section())
    with pytest.raises(IntegrityError, match="response_entered_names_who"), transaction.atomic():
        Response.objects.create(
            wave=wave, questionnaire_version=wave.questionnaire_version, submitted_at=timezone.now(),
            submitted_on=timezone.localdate(), **fields,
        )  # fmt: skip


# Pages -------------------------------------------------------------------------------------------------


def test_the_way_of_a_sheet_through_the_pages(client, officer):
    wave = open_wave(branched())
    entering.issue_sheets(wave, count=3, language="zh-hans", by=officer)
    client.force_login(officer)
    home = reverse("surveys:wave_entry", args=[wave.pk])
    page = reverse("surveys:entry_form", args=[wave.pk])
    assert "0001-1" in client.get(f"{page}?serial=0001-1", follow=True).content.decode()
    shown = client.get(f"{page}?serial={serials.write(2)}").content.decode()
    assert "仅在 2. 讲师 时回答" in shown and "0002-6" in shown
    post = {"serial": "0002-6", "key": "x", "mode": "paper", "language": "zh-hans", "q_all": "2", "q_came": "2"}
    refused = client.post(page, post | {"q_idea": "写在纸上的话", "q_order": ["4", "4"]})
    assert refused.status_code == 422 and "写在纸上的话" in refused.content.decode()
    assert 'href="#q_wait"' in refused.content.decode() and not Response.objects.exists()
    done = client.post(page, post | {"q_wait": "5", "q_order": ["4", "1"]}, follow=True)
    assert Response.objects.get().receipt in done.content.decode() and done.redirect_chain[-1][0] == home
    again = client.get(f"{page}?serial=0002-6", follow=True).content.decode()
    assert f"由{officer}录入" in again and "纸质" in again


def test_future_days_are_refused_and_nothing_is_lost(client, officer):
    wave = open_wave(one_section())
    client.force_login(officer)
    page = reverse("surveys:entry_form", args=[wave.pk])
    fields = {"invitation": wave.invitations.get().pk, "mode": "phone", "language": "en", "q_r0": "5", "q_idea": "kept"}
    shown = client.post(page, fields | {"given_on": "2999-01-01"})
    assert shown.status_code == 422 and "kept" in shown.content.decode() and not Response.objects.exists()


def test_who_still_owes_an_answer_is_found_by_name(client, officer, django_assert_max_num_queries):
    wave = open_wave(one_section(), invited=3)
    answering.submit(payload=PAYLOAD, invitation=wave.invitations.first())
    assert [row.customer.name_zh for row in entry.waiting(officer, wave)] == ["客户1", "客户2"]
    assert [row.customer.name_zh for row in entry.waiting(officer, wave, "客户2")] == ["客户2"]
    client.force_login(officer)
    with django_assert_max_num_queries(12):
        html = client.get(reverse("surveys:wave_entry", args=[wave.pk])).content.decode()
    assert html.count("?invitation=") == 2


@pytest.mark.parametrize("invited", [1, 3])
def test_the_page_asks_as_often_for_one_as_for_three(client, officer, invited, django_assert_num_queries):
    wave = open_wave(one_section(), invited=invited)
    client.force_login(officer)
    client.get(reverse("surveys:wave_entry", args=[wave.pk]))
    with django_assert_num_queries(12):
        html = client.get(reverse("surveys:wave_entry", args=[wave.pk])).content.decode()
    assert html.count("?invitation=") == html.count('<td><a href="/customers/') == invited


def test_who_may_not_enter_meets_a_closed_door(client, officer):
    wave = open_wave(one_section())
    client.force_login(make.person(Role.SUPERVISOR))
    assert client.get(reverse("surveys:wave_entry", args=[wave.pk])).status_code == 403
    from surveys.services import waves

    waves.close(wave, by=officer)
    client.force_login(officer)
    assert client.get(reverse("surveys:wave_entry", args=[wave.pk])).status_code == 403


# Paper -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_sheet_carries_its_serial_and_every_question(officer, language):
    wave = open_wave(branched())
    batch = entering.issue_sheets(wave, count=2, language=language, by=officer)
    with pypdfium2.PdfDocument(io.BytesIO(papers.make_sheets(batch))) as paper:
        pages = [re.sub(r"\s", "", page.get_textpage().get_text_bounded()) for page in paper]
    text = "".join(pages)
    assert [serial in text for serial in ("0001-8", "0002-6")] == [True, True]
    wanted = {
        "zh-hans": ["讲得清楚", "先改什么", "仅在2.讲师时回答"],
        "en": ["Patient", "Whatfirst?", "Onlyafter2.Trainer"],
    }
    assert [text.count(words) for words in wanted[language]] == [2, 2, 2]


@pytest.mark.django_db(transaction=True)
def test_sheets_are_drawn_by_a_job(client, celery_worker_process, wait_for):
    officer, wave = make.person(Role.SURVEY_OFFICER), open_wave(one_section())
    client.force_login(officer)
    client.post(reverse("surveys:print_sheets", args=[wave.pk]), {"count": "2", "language": "en"})
    run = Job.objects.get(kind="surveys.print_sheets")
    wait_for(lambda: Job.objects.get(pk=run.pk).state == "done")
    assert PaperBatch.objects.get().count == 2
    served = b"".join(client.get(reverse("core:job_file", args=[run.pk])).streaming_content)
    assert served.startswith(b"%PDF")
