"""Confidential waves: a sealed link that one named person opens on a ground, and nobody joins by a query
(docs/adr/0011-confidential-mode.md) (PRV-01, 02, 04, 05).
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.choices import Role
from core.statistics.suppression import suppress_groups
from core.workflow import InvalidTransition
from customers.models import FollowUp
from notifications.models import Message, Notice
from surveys import exports, tasks
from surveys.choices import InvitationState, SealGround
from surveys.forms.waves import WaveForm
from surveys.models import (
    ContactRequest,
    Draft,
    Invitation,
    LowAnswer,
    Response,
    SealOpening,
    SpentMarker,
    Wave,
)  # fmt: skip
from surveys.selectors import results, sealed
from surveys.selectors.questionnaires import instrument_of
from surveys.services import answering, low_answers, sealing, waves
from tests.factories import surveys as make
from tests.surveys import test_public_pages as public
from tests.surveys.test_anonymity import dump, sql, xmins

everything = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
WHY = "Called for nothing else than what was low."


def asked(n, **fields):
    keeper = make.person(Role.LEAD)
    return make.open_wave(n, is_anonymous=True, is_confidential=True, seal_keeper=keeper, **fields)


def low_one(wave):
    make.answer(wave, wave.people[0], 1)
    return Response.objects.get(wave=wave)


# What is stored ---------------------------------------------------------------------------------------


@everything
def test_no_query_joins_an_answer_to_a_person():
    wave = asked(12)
    for number, holder in enumerate(wave.people[:8]):
        make.answer(wave, holder, 1 + number % 5)
    people, answers = set(xmins("surveys_invitation")), set(xmins("surveys_response"))
    assert not people & answers
    assert set(Invitation.objects.values_list("state", flat=True)) <= {InvitationState.PLANNED, InvitationState.SENT}
    columns = [
        row[0]
        for row in sql("SELECT column_name FROM information_schema.columns WHERE table_name = 'surveys_response'")
    ]
    full = [
        name
        for name in columns
        if sql(f"SELECT count(*) FROM surveys_response WHERE coalesce({name}::text, '') NOT IN ('', 'false')")[0][0]
    ]
    assert set(full) == {
        "codes",
        "id",
        "wave_id",
        "questionnaire_version_id",
        "is_anonymous",
        "mode",
        "submitted_on",
        "is_valid",
        "seal",
    }
    seals = [row[0] for row in sql("SELECT seal FROM surveys_response")]
    assert len(set(seals)) == 8 and len({len(seal) for seal in seals}) == 1
    assert not Draft.objects.exists()
    waves.close(wave, by=wave.owner)
    assert not SpentMarker.objects.exists()
    assert len(set(xmins("surveys_invitation"))) == 1
    states = list(wave.invitations.order_by("pk").values_list("state", flat=True))
    assert states == [InvitationState.DONE] * 8 + [InvitationState.EXPIRED] * 4


@everything
def test_neither_follow_up_nor_message_nor_event_names_who_gave_a_low_answer():
    wave = asked(6)
    row = low_one(wave)
    sealing.open_seal(row, ground=SealGround.LOW, reason=WHY, by=wave.seal_keeper)
    customer, contact = wave.people[0].contact.customer, wave.people[0].contact
    found = dump()
    for table in (
        "customers_followup",
        "notifications_message",
        "surveys_sealopening",
        "surveys_lowanswer",
        "surveys_response",
    ):
        assert customer.name_zh not in found[table] and contact.name not in found[table], table
    assert FollowUp.objects.get().customer_id is None and FollowUp.objects.get().contact_id is None
    assert "Q1" not in FollowUp.objects.get().title_en + FollowUp.objects.get().detail


@pytest.mark.django_db
def test_one_invitation_is_one_answer_and_reminders_leave_it_alone():
    wave = asked(3, reminder_every_days=1)
    Invitation.objects.filter(wave=wave).update(state="sent", last_sent_at=timezone.now() - timedelta(days=2))
    first, second = make.answer(wave, wave.people[0], 5), make.answer(wave, wave.people[0], 1)
    assert (second.code, second.is_new) == (first.code, False)
    assert Response.objects.count() == SpentMarker.objects.count() == 1
    tasks.remind_due()
    reminded = set(Message.objects.filter(kind="surveys.reminder").values_list("context__invitation", flat=True))
    assert reminded == {holder.invitation.pk for holder in wave.people[1:]}
    assert answering.situation(wave, answering.find_invitation(wave.people[0].token)) == answering.Situation.DONE


@pytest.mark.django_db
def test_database_refuses_seals_openings_and_waves_that_break_the_promise():
    wave = asked(6)
    row, officer = low_one(wave), make.person()
    follow_up = FollowUp.objects.get()
    plain = make.open_wave(1, is_anonymous=True)
    stored = {
        "questionnaire_version": wave.questionnaire_version,
        "submitted_on": timezone.localdate(),
        "is_anonymous": True,
    }
    with pytest.raises(DatabaseError, match="is not confidential"), transaction.atomic():
        Response.objects.create(wave=plain, seal="1", **stored)
    with pytest.raises(DatabaseError, match="not the keeper"), transaction.atomic():
        SealOpening.objects.create(response=row, ground="low", reason=WHY, by=officer, follow_up=follow_up)
    with pytest.raises(DatabaseError, match="gives no ground"), transaction.atomic():
        SealOpening.objects.create(response=row, ground="wish", reason=WHY, by=wave.seal_keeper, follow_up=follow_up)
    with pytest.raises(IntegrityError, match="wave_confidential_names_keeper"), transaction.atomic():
        Wave.objects.filter(pk=plain.pk).update(is_confidential=True)
    for change in ({"is_confidential": False, "seal_keeper": None}, {"seal_keeper": officer}):
        with pytest.raises(DatabaseError, match="promise stays"), transaction.atomic():
            Wave.objects.filter(pk=wave.pk).update(**change)
    sealing.open_seal(row, ground=SealGround.LOW, reason=WHY, by=wave.seal_keeper)
    for statement in (
        "UPDATE surveys_sealopening SET reason = 'x'",
        "DELETE FROM surveys_sealopening",
        "UPDATE surveys_response SET seal = ''",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# Opening a seal -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_keeper_opens_on_a_ground_and_everybody_concerned_is_told():
    wave = asked(6)
    row = low_one(wave)
    assert sealing.person_of(row, by=wave.seal_keeper) is None
    opening = sealing.open_seal(row, ground=SealGround.LOW, reason=WHY, by=wave.seal_keeper)
    assert sealing.person_of(row, by=wave.seal_keeper) == wave.people[0].invitation
    assert sealing.person_of(row, by=wave.owner) is None
    assert (opening.follow_up.pk, opening.reason) == (FollowUp.objects.get().pk, WHY)
    assert FollowUp.objects.get().state == "in_progress"
    assert Notice.objects.get(kind="surveys.seal_opened").user == wave.owner
    assert wave.transitions.get(kind="seal_opened").comment == WHY


@pytest.mark.django_db
def test_no_seal_opens_without_a_ground_or_by_anybody_else():
    wave = asked(6)
    make.answer(wave, wave.people[0], 5)
    content = Response.objects.get()
    for ground in SealGround:
        with pytest.raises(InvalidTransition):
            sealing.open_seal(content, ground=ground, reason=WHY, by=wave.seal_keeper)
    make.answer(wave, wave.people[1], 1)
    low = Response.objects.get(pk__in=LowAnswer.objects.values("response"))
    with pytest.raises(InvalidTransition):
        sealing.open_seal(low, ground=SealGround.LOW, reason=WHY, by=wave.owner)
    assert not SealOpening.objects.exists()
    assert list(sealed.waiting(wave)) == [low]


@pytest.mark.django_db
def test_a_seal_that_was_moved_to_another_answer_opens_nobody():
    wave = asked(6)
    row = low_one(wave)
    row.seal = sealing.seal_of(Response(), wave.people[1].invitation)
    SealOpening.objects.create(
        response=row, ground="low", reason=WHY, by=wave.seal_keeper, follow_up=FollowUp.objects.get()
    )
    with pytest.raises(ValueError, match="belongs to another"):
        sealing.person_of(row, by=wave.seal_keeper)


@pytest.mark.django_db
def test_a_wish_to_be_called_is_a_ground_and_keeps_the_version_of_its_words(client):
    wave = asked(2)
    link = f"/s/{wave.people[0].token}/"
    page = client.get(f"{link}?part=3&lang=en")
    assert 'name="wish"' in page.content.decode()
    invitation = answering.find_invitation(wave.people[0].token)
    answering.submit(invitation=invitation, payload=make.payload(wave.questionnaire_version, 5), wish=True)
    assert ContactRequest.objects.get().text_version == sealing.WISH_TEXT
    sealing.open_seal(Response.objects.get(), ground=SealGround.WISH, reason=WHY, by=wave.seal_keeper)


@pytest.mark.django_db
@pytest.mark.parametrize("wish", [{"wish": "1"}, {}])
def test_the_respondent_ticks_the_wish_on_the_last_section(client, wish):
    wave = public.open_wave(is_anonymous=True, is_confidential=True, seal_keeper=make.person(Role.LEAD))
    (link,) = public.links_of(wave)
    page = client.get(f"{link}?part=1")
    for uids in (("clear", "useful"), ("recommend", "why", "again")):
        assert 'name="wish"' not in page.content.decode()
        page = public.answer(client, page, link, **public.of_section(*uids))
    assert 'name="wish"' in page.content.decode()
    public.answer(client, page, link, **public.of_section("idea", "way"), **wish)
    assert Response.objects.count() == 1
    assert ContactRequest.objects.count() == FollowUp.objects.count() == len(wish)


@pytest.mark.django_db
def test_low_answers_that_were_missed_are_caught_up(monkeypatch):
    wave = asked(2)
    monkeypatch.setattr(sealing, "note_low", lambda *arguments: 1 / 0)
    low_one(wave)
    assert not LowAnswer.objects.exists()
    monkeypatch.undo()
    low_answers.catch_up()
    assert LowAnswer.objects.exists()
    assert FollowUp.objects.get().owner == wave.seal_keeper


# Pages and formats --------------------------------------------------------------------------------------


def sees(client, user, wave, name, *more):
    client.force_login(user)
    return client.get(reverse(f"surveys:{name}", args=[wave.pk, *more]))


@pytest.mark.django_db
def test_only_the_keeper_sees_the_seals_page_and_it_names_nobody(client):
    wave = asked(6)
    row = low_one(wave)
    contact, keeper = wave.people[0].contact, wave.seal_keeper
    for user in (make.person(), make.person(Role.LEAD), make.person(Role.ADMINISTRATOR), make.person(Role.SUPERVISOR)):
        assert sees(client, user, wave, "wave_sealed").status_code == 403
        assert sees(client, user, wave, "seal", row.pk).status_code == 403
    for page in (sees(client, keeper, wave, "wave_sealed"), sees(client, keeper, wave, "seal", row.pk)):
        assert page.status_code == 200
        assert contact.name not in page.content.decode()
    page = reverse("surveys:seal", args=[wave.pk, row.pk])
    assert client.post(page, {"ground": "low", "reason": ""}).status_code == 422
    shown = client.post(page, {"ground": "low", "reason": WHY}, follow=True).content.decode()
    assert contact.name in shown
    assert contact.name not in sees(client, keeper, wave, "wave_sealed").content.decode()


@pytest.mark.django_db
def test_no_list_export_or_figure_leaks_an_answer(client):
    wave = asked(8)
    for holder in wave.people:
        make.answer(wave, holder, 4)
    officer = make.person()
    for name in ("wave_answers", "wave_low"):
        assert sees(client, officer, wave, name).status_code == 404
    for name in ("wave_words", "wave_tables", "wave_opinions"):
        assert sees(client, officer, wave, name).status_code == 403
    assert (
        sees(
            client,
            officer,
            wave,
            "response",
        ).status_code
        == 404
    )
    assert not Response.objects.visible_to(officer).exists()
    assert results.of_wave(wave).is_hidden
    waves.close(wave, by=wave.owner)
    assert results.of_wave(wave).valid_n == 8
    assert list(exports._answers(wave, None)) == []
    page = sees(client, officer, wave, "wave").content.decode()
    assert not [holder for holder in wave.people if holder.contact.name in page]
    assert results.segments_in_use(wave) == [] and not results.rates_services(wave)


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "sentence"), [("en", "Only {} can find out who answered"), ("zh-hans", "只有{}")])
def test_the_respondent_reads_who_may_open_the_link(client, language, sentence):
    wave = asked(1)
    keeper = wave.seal_keeper.name_en if language == "en" and wave.seal_keeper.name_en else wave.seal_keeper.name_zh
    page = client.get(f"/s/{wave.people[0].token}/?lang={language}").content.decode()
    assert sentence.format(keeper) in page


@pytest.mark.django_db
def test_a_confidential_wave_needs_its_keeper():
    officer, keeper = make.person(), make.person(Role.LEAD)

    def form(**more):
        data = {"mode": "confidential", "name_zh": "甲"} | more
        found = WaveForm(data, user=officer)
        found.is_valid()
        return found

    assert "seal_keeper" in form().errors
    assert "seal_keeper" in form(seal_keeper=officer.pk).errors
    kept = form(seal_keeper=keeper.pk)
    assert "seal_keeper" not in kept.errors
    assert {name: kept.values()[name] for name in ("is_anonymous", "is_confidential")} == {
        "is_anonymous": True,
        "is_confidential": True,
    }
    assert form(mode="anonymous", seal_keeper=keeper.pk).cleaned_data["seal_keeper"] is None


# Suppression --------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.integers(0, 8), st.integers(0, 40), min_size=1, max_size=9))
def test_total_less_what_is_shown_is_never_a_small_group(sizes):
    """With the total shown, the hidden groups together are none, or at least the minimum, and never one alone."""
    gone = suppress_groups(sizes, threshold=5)
    kept = [name for name in sizes if name not in gone]
    assert all(sizes[name] == 0 or sizes[name] >= 5 for name in kept)
    left_over = [sizes[name] for name in sizes if name in gone and name in sizes and sizes[name]]
    if left_over and sum(sizes.values()) >= 5 and len([key for key in gone if key not in sizes]) == 0:
        assert len(left_over) > 1 and sum(left_over) >= 5


@pytest.mark.django_db
def test_a_dimension_that_few_of_a_group_rated_takes_another_group_along(monkeypatch):
    """Twelve of each group; of one only three rated the content: the total less the other group would tell them."""
    wave = make.open_wave(24)
    for number, holder in enumerate(wave.people):
        make.answer(wave, holder, 4, Q6=1 + number % 2)
    instrument = instrument_of(wave.questionnaire_version)
    question = next(one for one in instrument.questions if one.code == "Q6")
    real = results._composites

    def thinned(waves_, **options):
        """As counted, but for three answers about the content in the first group."""
        found = real(waves_, **options)
        if "question" in options:
            first = min(found, key=str)
            found[first]["content"] = replace(found[first]["content"], mean=replace(found[first]["content"].mean, n=3))
        return found

    monkeypatch.setattr(results, "_composites", thinned)
    rows = results.compare_by_question(wave, question).rows
    assert [sorted(row.dimensions) for row in rows] == [["trainer"], ["trainer"]]
