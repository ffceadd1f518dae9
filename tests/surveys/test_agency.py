"""A third party sees the surveys entrusted to it and nothing else (SUR-07, SUR-08, SEC-07, CHN-18, PRV-11)."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from core import due, search
from core.models import Event
from core.workflow import InvalidTransition
from customers.models import ContactPerson, Customer, FollowUp
from notifications.models import Notice
from surveys.choices import WaveState
from surveys.errors import NotReady
from surveys.forms.agency import EntrustForm
from surveys.models import (
    Entrustment,
    Finding,
    Invitation,
    PlanActivity,
    QuestionnaireVersion,
    Response,
    SurveyPlan,
    Wave,
)
from surveys.services import entrustments, findings, plans, waves
from tests.factories import surveys as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def given(wave=None, user=None, **terms):
    today = timezone.localdate()
    usual = {
        "wave": wave, "user": user or make.person(Role.AGENCY), "organisation": "方正调研", "contract": "HT-2026-07",
        "starts_on": today, "ends_on": today + 10 * DAY,
    }  # fmt: skip
    return entrustments.give(by=make.person(), **usual | terms)


def login(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def two():
    """One wave in the hands of an agency, and another one that could leak."""
    mine, other = (make.answered_wave([5, 2, 4, 4, 1], name_zh=name) for name in ("委托调查", "机密调查"))
    agency = make.person(Role.AGENCY)
    return SimpleNamespace(mine=mine, other=other, user=agency, terms=given(mine, agency), client=login(agency))


# What it sees ------------------------------------------------------------------------------------------


def test_rows_come_from_active_entrustments_only(two):
    user = two.user
    assert list(Wave.objects.visible_to(user)) == [two.mine]
    assert set(Invitation.objects.visible_to(user)) == set(two.mine.invitations.all())
    assert two.other.invitations.count() == 5
    waves.close(two.other, by=two.other.owner)
    waves.close(two.mine, by=two.mine.owner)
    make.plan()
    findings.propose(two.mine, by=two.mine.owner, dimension="content")
    for model in (Response, Finding, QuestionnaireVersion, SurveyPlan, Customer, ContactPerson, FollowUp):
        assert model.objects.exists(), model
        assert not model.objects.visible_to(user).exists(), model


def test_no_page_shows_the_other_wave(two):
    seen = {
        "home": two.client.get("/"), "list": two.client.get(reverse("surveys:entrustment_list")),
        "file": two.client.get(reverse("surveys:entrustment_list"), {"format": "csv"}),
        "terms": two.client.get(two.terms.get_absolute_url()),
        "work": two.client.get(reverse("surveys:entrusted_wave", args=[two.mine.pk])),
        "codes": two.client.get(reverse("surveys:entrusted_wave", args=[two.mine.pk]), {"format": "csv"}),
        "entry": two.client.get(reverse("surveys:wave_entry", args=[two.mine.pk])),
        "search": two.client.get("/search/", {"q": "调查"}), "code": two.client.get("/search/", {"q": two.other.code}),
    }  # fmt: skip
    names = [row.name for row in ContactPerson.objects.all()] + [row.name for row in Customer.objects.all()]
    for name, answer in seen.items():
        text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        assert answer.status_code == 200, name
        assert "机密调查" not in text, name
        assert (two.other.code not in text) or name == "code", name
        assert not [one for one in names if one in text], name
    assert "委托调查" in seen["home"].content.decode()


@pytest.mark.parametrize("name", ["wave", "entrusted_wave", "wave_entry", "entry_form", "print_sheets"])
def test_the_other_wave_does_not_exist_for_it(two, name):
    assert two.client.get(reverse(f"surveys:{name}", args=[two.other.pk])).status_code == 404
    assert two.client.get(reverse(f"surveys:{name}", args=[two.mine.pk])).status_code in (200, 302)


@pytest.mark.parametrize(
    "name",
    ["wave_answers", "wave_words", "wave_low", "wave_tables", "wave_opinions", "wave_checks", "wave_precision",
     "wave_invitations", "wave_edit", "wave_poster"],
)  # fmt: skip
def test_the_companys_pages_of_its_own_wave_stay_closed(two, name):
    assert two.client.get(reverse(f"surveys:{name}", args=[two.mine.pk])).status_code == 403


def test_invitations_of_the_other_wave_cannot_be_reached_through_its_own(two):
    theirs = two.other.invitations.first()
    form = reverse("surveys:entry_form", args=[two.mine.pk])
    assert two.client.get(form, {"invitation": theirs.pk}).status_code == 404
    assert two.client.get(reverse("surveys:respondent", args=[theirs.pk])).status_code == 404


def test_the_search_and_what_is_due_name_its_own_wave_only(two):
    assert [hit.title for hit in search.find(two.user, "调查")] == [str(two.mine)]
    assert [item.number for item in due.items_for(two.user)] == [two.mine.code]


# From when to when -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "last", "seen"), [(-5, -1, 0), (-5, 0, 1), (0, 0, 1), (1, 5, 0)])
def test_its_days_are_its_first_and_last(first, last, seen):
    today, wave, user = timezone.localdate(), make.open_wave(), make.person(Role.AGENCY)
    given(wave, user, starts_on=today + first * DAY, ends_on=today + last * DAY)
    assert Wave.objects.visible_to(user).count() == Invitation.objects.visible_to(user).count() == seen
    assert login(user).get(reverse("surveys:wave_entry", args=[wave.pk])).status_code == (200 if seen else 404)


def test_a_revocation_counts_with_the_next_click(two):
    page = reverse("surveys:entrusted_wave", args=[two.mine.pk])
    assert two.client.get(page).status_code == 200
    officer = login(make.person())
    revoke = reverse("surveys:entrustment_revoke", args=[two.terms.pk])
    assert two.client.get(revoke).status_code == 403
    assert officer.get(revoke).status_code == 200
    answer = officer.post(revoke, {"reason": "合同终止", "version": two.terms.version})
    assert answer.status_code == 302
    assert [
        two.client.get(page).status_code,
        two.client.get(reverse("surveys:wave_entry", args=[two.mine.pk])).status_code,
    ] == [404, 404]
    assert "机密" not in two.client.get("/").content.decode() and not due.items_for(two.user)
    two.terms.refresh_from_db()
    assert two.terms.transitions.last().comment == "合同终止"
    with pytest.raises(InvalidTransition):
        entrustments.revoke(two.terms, by=make.person(), reason="再次")


def test_terms_never_change_in_the_database(two):
    for statement in ("UPDATE surveys_entrustment SET ends_on = '2099-01-01'", "UPDATE surveys_entrustment SET sees_contacts = true, consent_basis = 'x'",
                      "DELETE FROM surveys_entrustment"):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_activity_gives_all_its_waves_but_no_draft():
    plan = make.approved_plan()
    activity, user = plan.activities.get(), make.person(Role.AGENCY)
    running, draft = make.open_wave(activity=activity), make.wave(activity=activity)
    make.open_wave()
    given(None, user, activity=activity)
    assert list(Wave.objects.visible_to(user)) == [running]
    Wave.objects.filter(pk=draft.pk).update(state=WaveState.SCHEDULED)
    assert set(Wave.objects.visible_to(user)) == {running, draft}


def test_a_colleague_of_another_agency_sees_nothing(two):
    other = make.person(Role.AGENCY)
    assert not Wave.objects.visible_to(other).exists() and not Entrustment.objects.visible_to(other).exists()
    assert login(other).get(two.terms.get_absolute_url()).status_code == 404


# What it may do ----------------------------------------------------------------------------------------


def test_it_enters_answers_and_cannot_read_them_afterwards(two):
    waves.close(two.other, by=two.other.owner)
    wave = make.open_wave(2)
    given(wave, two.user)
    url = reverse("surveys:entry_form", args=[wave.pk])
    page = two.client.get(url, {"invitation": wave.people[0].invitation.pk})
    assert wave.people[0].invitation.code in page.content.decode()
    fields = {
        "invitation": wave.people[0].invitation.pk,
        "mode": "phone",
        "language": "zh-hans",
        "key": page.context["key"],
    }
    said = {f"q_{uid}": value for uid, value in make.payload(wave.questionnaire_version).items()}
    assert two.client.post(url, fields | said).status_code == 302
    response = wave.responses.get()
    assert response.entered_by == two.user
    assert two.client.get(reverse("surveys:response", args=[response.pk])).status_code == 403
    assert not Response.objects.visible_to(two.user).exists()
    assert two.client.get(reverse("surveys:entrusted_wave", args=[wave.pk])).context["progress"] == {
        "invited": 2, "answered": 1, "waiting": 1
    }  # fmt: skip


def test_without_the_right_nothing_is_entered():
    wave, user = make.open_wave(), make.person(Role.AGENCY)
    given(wave, user, may_enter=False)
    client = login(user)
    assert client.get(reverse("surveys:wave_entry", args=[wave.pk])).status_code == 403
    page = client.get(reverse("surveys:entrusted_wave", args=[wave.pk])).content.decode()
    assert reverse("surveys:wave_entry", args=[wave.pk]) not in page


def test_names_are_shown_one_by_one_with_consent_and_an_event():
    wave, user = make.open_wave(2), make.person(Role.AGENCY)
    first, second = (holder.invitation for holder in wave.people)
    closed = given(wave, user)
    client, url = login(user), reverse("surveys:respondent", args=[first.pk])
    assert client.get(url).status_code == 403  # codes only
    entrustments.revoke(closed, by=make.person(), reason="x")
    with pytest.raises(InvalidTransition):
        given(wave, user, sees_contacts=True, consent_basis=" ")
    given(wave, user, sees_contacts=True, consent_basis="合同第 7 条")
    name = first.contact.name
    assert name not in client.get(url).content.decode() and not Event.objects.filter(kind="revealed").exists()
    assert name in client.post(url).content.decode()
    event = Event.objects.get(kind="revealed")
    assert (event.by, event.subject_id) == (user, first.contact_id) and "HT-2026-07" in event.comment
    ContactPerson.objects.filter(pk=second.contact_id).update(opted_out_at=timezone.now())
    gone = client.post(reverse("surveys:respondent", args=[second.pk]))
    assert second.contact.name not in gone.content.decode() and Event.objects.filter(kind="revealed").count() == 1
    waves.close(wave, by=wave.owner)
    assert client.post(url).status_code == 403


def test_the_respondents_of_an_anonymous_wave_are_not_listed():
    wave, user = make.answered_wave([4] * 5, is_anonymous=True), make.person(Role.AGENCY)
    given(wave, user, sees_contacts=True, consent_basis="合同第 7 条")
    page = login(user).get(reverse("surveys:entrusted_wave", args=[wave.pk]))
    assert len(page.context["table"].rows) == 0 and page.context["progress"]["waiting"] is None
    assert login(user).get(reverse("surveys:respondent", args=[wave.invitations.first().pk])).status_code == 404
    waves.close(wave, by=wave.owner)
    assert len(login(user).get(reverse("surveys:entrusted_wave", args=[wave.pk])).context["table"].rows) == 0


# Entrusting --------------------------------------------------------------------------------------------


def test_a_survey_is_entrusted_on_a_page_that_says_what_is_wrong():
    wave, user = make.open_wave(), make.person(Role.AGENCY)
    officer, url, today = login(make.person()), reverse("surveys:entrustment_create"), timezone.localdate()
    fields = {"wave": wave.pk, "user": user.pk, "organisation": "方正调研", "contract": "HT-1", "starts_on": today.isoformat(),
              "ends_on": (today + DAY).isoformat(), "may_enter": "on"}  # fmt: skip
    wrong = [({"wave": ""}, "wave"), ({"ends_on": (today - DAY).isoformat()}, "ends_on"), ({"sees_contacts": "on"}, "consent_basis"),
             ({"user": make.person().pk}, "user"), ({"contract": ""}, "contract")]  # fmt: skip
    for change, field in wrong:
        assert set(officer.post(url, fields | change).context["form"].errors) == {field}
    assert officer.post(url, fields).status_code == 302
    made = Entrustment.objects.get()
    assert (made.wave, made.user, made.may_enter, made.sees_contacts) == (wave, user, True, False)
    assert Notice.objects.filter(user=user, kind="surveys.entrusted").count() == 1
    assert wave.transitions.filter(kind="entrusted").count() == 1
    assert login(make.person(Role.DEPARTMENT_USER)).get(url).status_code == 403
    assert EntrustForm().fields["user"].queryset.get() == user


def test_one_of_the_staff_is_no_third_party():
    with pytest.raises(InvalidTransition):
        given(make.open_wave(), make.person(Role.SURVEY_OFFICER))


# Surveys that only a third party carries out (SUR-08) ----------------------------------------------------


def test_such_a_survey_opens_only_in_the_hands_of_a_third_party():
    plan = make.approved_plan()
    PlanActivity.objects.update(needs_agency=True)
    wave = make.wave(activity=plan.activities.get(), audience={"nobody": True})
    with pytest.raises(NotReady, match="第三方"):
        waves.schedule(wave, by=wave.owner)
    terms = given(None, activity=wave.activity)
    waves.schedule(wave, by=wave.owner)
    entrustments.revoke(terms, by=make.person(), reason="合同终止")
    with pytest.raises(NotReady, match="第三方"):
        waves.open(wave, by=wave.owner)
    waves.open_when_due(wave)
    wave.refresh_from_db()
    assert wave.state == WaveState.SCHEDULED
    assert wave.code in [item.number for item in due.items_for(make.person())]
    page = login(wave.owner).get(wave.get_absolute_url()).content.decode()
    assert f"{reverse('surveys:entrustment_create')}?wave={wave.pk}" in page
    given(wave)
    waves.open_when_due(wave)
    wave.refresh_from_db()
    assert wave.state == WaveState.OPEN


def test_terms_that_begin_on_the_opening_day_are_enough_to_schedule():
    plan, today = make.approved_plan(), timezone.localdate()
    PlanActivity.objects.update(needs_agency=True)
    opens = timezone.now() + 5 * DAY
    wave = make.wave(
        activity=plan.activities.get(), audience={"nobody": True}, opens_at=opens, closes_at=opens + 9 * DAY
    )
    given(wave, starts_on=today + 5 * DAY, ends_on=today + 20 * DAY)
    assert waves.schedule(wave, by=wave.owner).state == WaveState.SCHEDULED


def test_a_revision_that_is_not_approved_does_not_do_away_with_the_third_party():
    plan = make.plan()
    plan.activities.update(needs_agency=True)
    plans.submit(plan, by=plan.author)
    plans.approve(plan, by=make.person())
    wave = make.wave(activity=plan.activities.get(), audience={"nobody": True})
    plans.revise(plan, by=plan.author, reason="由公司自行调查")
    PlanActivity.objects.update(needs_agency=False)
    wave = Wave.objects.get(pk=wave.pk)
    assert "第三方" in entrustments.gap(wave)
    PlanActivity.objects.update(needs_agency=True)
    assert "第三方" in entrustments.gap(Wave.objects.get(pk=wave.pk))


def test_who_runs_a_wave_sees_that_it_waits_for_a_third_party():
    plan = make.approved_plan()
    PlanActivity.objects.update(needs_agency=True)
    wave = make.wave(activity=plan.activities.get(), audience={"nobody": True})
    given(wave)
    waves.schedule(wave, by=wave.owner)
    trainer = make.person(Role.LEAD)
    Wave.objects.update(owner=trainer)

    def told(user):
        return [item.url for item in due.items_for(user) if item.number == wave.code and "委托" in str(item.act)]

    assert (told(trainer), told(make.person())) == ([], [])
    entrustments.revoke(Entrustment.objects.get(), by=make.person(), reason="合同终止")
    assert told(trainer) == [wave.get_absolute_url()]
    assert told(make.person()) == [f"{reverse('surveys:entrustment_create')}?wave={wave.pk}"]


def test_the_rule_follows_the_kind_of_customer_where_it_is_set(settings):
    wave = make.wave(audience={"types": ["individual"], "nobody": True})
    assert entrustments.gap(wave) == ""
    settings.THIRD_PARTY_TYPES = ["individual"]
    assert "第三方" in entrustments.gap(wave)
    assert entrustments.gap(make.wave(audience={"types": ["enterprise"]})) == ""
