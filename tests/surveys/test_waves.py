"""REM-01, 02; CHN-16."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from core.workflow import InvalidTransition, LostRace
from customers.services import contacts, holds
from notifications.models import Message
from notifications.services import outbox
from surveys import tasks
from surveys.choices import InvitationState, WaveState
from surveys.errors import NotReady
from surveys.forms.waves import WaveForm
from surveys.models import Finding, Invitation, Wave, WaveKey
from surveys.selectors import audience
from surveys.services import answering, findings, invitations, sampling, waves
from surveys.signals import finding_confirmed, wave_closed
from tests.factories import surveys as make

pytestmark = pytest.mark.django_db


def states(wave):
    return list(wave.invitations.order_by("pk").values_list("state", flat=True))


def as_if_sent(wave, days_ago=0):
    at = timezone.now() - timedelta(days=days_ago)
    for holder in wave.people:
        invitations.mark_sent(holder.invitation.pk, 0, at)


# Audience and sample ----------------------------------------------------------------------------------


def test_only_those_who_may_be_asked_are_asked():
    good, held, silent, gone = make.contacts(4)
    holds.place(held.customer, reason="complaint", contact=held)
    contacts.set_consent(silent, by=None, agrees=False)
    contacts.opt_out(gone)
    assert list(audience.population({})) == [good]
    assert audience.count({}) == {"contacts": 1, "with_email": 1, "unverified": 1, "resting": 0}


def test_audience_filter():
    make.contacts(2, region="华东", tier="important")
    make.contacts(1, region="华北", tier="important")
    assert audience.population({"tiers": ["important"], "regions": ["华东"]}).count() == 2
    assert audience.population({"kinds": ["supplier"]}).count() == 0


def test_the_same_seed_draws_the_same_people():
    make.contacts(30)
    drawn = sampling.draw({}, n=10, seed=7)
    first, population = drawn.ids, drawn.population
    assert (len(first), population) == (10, 30)
    assert sampling.draw({}, n=10, seed=7) == drawn
    assert sampling.draw({}, n=10, seed=8).ids != first


# The wave ---------------------------------------------------------------------------------------------


def test_codes_follow_each_other_within_the_quarter():
    version, at = make.published(), timezone.make_aware(timezone.datetime(2027, 8, 1))
    window = {"opens_at": at, "closes_at": at + timedelta(days=5)}
    assert [make.wave(version, **window).code for _one in range(2)] == ["2027-Q3-01", "2027-Q3-02"]


def test_schedule_names_what_is_missing():
    wave = make.wave(name_en="", closes_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(NotReady) as caught:
        waves.schedule(wave, by=wave.owner)
    assert len(caught.value.problems) == 3  # name, deadline, nobody


def test_opening_invites_everybody_and_queues_their_mail():
    wave = make.open_wave(3)
    assert (wave.population_n, states(wave)) == (3, ["planned"] * 3)
    assert Message.objects.filter(kind="surveys.invitation").count() == 3
    assert all(bytes(row.token_hash) for row in Invitation.objects.filter(wave=wave))


def test_issuing_again_asks_nobody_twice():
    wave = make.open_wave(2)
    make.contacts(1, industry=wave.audience["industries"][0])
    invitations.issue(wave, by=wave.owner)
    assert (wave.invitations.count(), Message.objects.count()) == (3, 3)


def test_closing_destroys_the_key_and_tells_the_apps_above():
    told = []
    wave_closed.connect(lambda wave, **kwargs: told.append(wave.code), weak=False, dispatch_uid="test")
    wave = make.open_wave(2)
    as_if_sent(wave)
    make.answer(wave, wave.people[0])
    waves.close(wave, by=wave.owner)
    wave_closed.disconnect(dispatch_uid="test")
    assert told == [wave.code]
    assert states(wave) == ["done", "expired"]
    assert not WaveKey.objects.exists()


def test_the_clock_opens_and_closes_once():
    make.contacts(1)
    wave = make.wave()
    waves.schedule(wave, by=wave.owner)
    assert tasks.turn_waves()["opened"] == {"done": 1, "failed": 0}
    assert tasks.turn_waves()["opened"] == {"done": 0, "failed": 0}
    Wave.objects.filter(pk=wave.pk).update(closes_at=timezone.now())
    assert tasks.turn_waves()["closed"] == {"done": 1, "failed": 0}
    wave.refresh_from_db()
    assert (wave.state, wave.transitions.last().by) == (WaveState.CLOSED, None)


def test_a_window_that_passed_unseen_is_cancelled():
    make.contacts(1)
    wave = make.wave()
    waves.schedule(wave, by=wave.owner)
    Wave.objects.filter(pk=wave.pk).update(closes_at=timezone.now())
    tasks.turn_waves()
    wave.refresh_from_db()
    assert wave.state == WaveState.CANCELLED


def test_the_form_keeps_the_seconds_of_what_was_not_touched():
    wave = make.open_wave(opens_at=timezone.now() + timedelta(seconds=90))
    assert wave.opens_at.second or wave.opens_at.microsecond
    shown = {name: value for name, value in WaveForm.initial_of(wave).items() if value not in (None, False)}
    moments = {name: f"{timezone.localtime(shown[name]):%Y-%m-%dT%H:%M}" for name in ("opens_at", "closes_at")}
    rows = {name: shown[name].pk for name in ("questionnaire_version", "unit", "owner")}
    form = WaveForm(shown | moments | rows | {"acknowledge": "1"}, user=wave.owner, wave=wave)
    assert form.is_valid(), form.errors
    assert (form.values()["opens_at"], form.values()["closes_at"]) == (wave.opens_at, wave.closes_at)


def test_open_wave_changes_only_its_window_and_words():
    wave = make.open_wave()
    waves.edit(wave, by=wave.owner, closes_at=wave.closes_at + timedelta(days=2), thanks_zh="谢谢")
    with pytest.raises(InvalidTransition):
        waves.edit(wave, by=wave.owner, is_anonymous=True)
    with pytest.raises(LostRace):
        waves.edit(wave, by=wave.owner, expected_version=0, thanks_zh="多谢")


def test_confirmed_results_freeze_the_wave():
    wave = make.open_wave()
    waves.close(wave, by=wave.owner)
    waves.confirm_results(wave, by=wave.owner)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Wave.objects.filter(pk=wave.pk).update(name_zh="别的")


def test_cancelling_an_open_wave_kills_its_links():
    wave = make.open_wave()
    token = wave.people[0].token
    with pytest.raises(InvalidTransition):
        waves.cancel(wave, by=wave.owner, reason="")
    waves.cancel(wave, by=wave.owner, reason="Wrong questionnaire")
    invitation = answering.find_invitation(token)
    assert answering.situation(invitation.wave, invitation) == answering.Situation.UNKNOWN


# Mail -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_mail_holds_the_link_and_the_way_out(smtp):
    wave = make.open_wave(1, invitation_zh="您参加了我们的课程。")
    assert outbox.deliver_due()["sent"] == 1
    (mail,) = smtp.messages
    text = mail.get_body(("plain",)).get_content() if hasattr(mail, "get_body") else str(mail)
    link = re.search(r"/s/([\w-]{43})/", text)
    assert link and link[1] == wave.people[0].token
    assert "您参加了我们的课程。" in text and f"/s/{link[1]}/stop/" in text
    assert states(wave) == ["sent"]


def test_reminders_reach_only_those_who_have_not_answered():
    for is_anonymous in (False, True):
        wave = make.open_wave(4, is_anonymous=is_anonymous, reminders_max=2, reminder_every_days=3)
        as_if_sent(wave, days_ago=4)
        make.answer(wave, wave.people[0])
        contacts.opt_out(wave.people[1].contact)
        tasks.remind_due()
        tasks.remind_due()
        reminders = Message.objects.filter(kind="surveys.reminder", context__number=1)
        reached = set(reminders.values_list("context__invitation", flat=True)) & {
            holder.invitation.pk for holder in wave.people
        }
        assert reached == {wave.people[2].invitation.pk, wave.people[3].invitation.pk}
        waves.close(wave, by=wave.owner)


def test_reminders_keep_their_distance_and_their_number():
    wave = make.open_wave(1, reminders_max=2, reminder_every_days=3)
    holder = wave.people[0].invitation
    for days_ago, number, expected in ((2, 0, 0), (3, 0, 1), (2, 1, 1), (4, 1, 2), (9, 2, 2)):
        Invitation.objects.filter(pk=holder.pk).update(
            state=InvitationState.SENT,
            reminder_no=number,
            last_sent_at=timezone.now() - timedelta(days=days_ago),
        )
        tasks.remind_due()
        assert Message.objects.filter(kind="surveys.reminder").count() == expected, (days_ago, number)


def test_a_mail_that_is_not_needed_any_more_is_not_made():
    from surveys.messages import prepare, render

    wave = make.open_wave(1)
    message = Message.objects.get(kind="surveys.invitation")
    prepare([message])
    assert render(message, message.context).to == wave.people[0].contact.email
    make.answer(wave, wave.people[0])
    prepare([message])
    assert render(message, message.context) is None


def test_bounce_and_opt_out():
    wave = make.open_wave(2)
    invitations.mark_bounced(wave.people[0].invitation.pk, "no such user")
    invitations.opt_out(wave.people[1].invitation)
    assert states(wave) == ["bounced", "opted_out"]
    wave.people[1].contact.refresh_from_db()
    assert wave.people[1].contact.opted_out_at
    make.answer(wave, wave.people[0])  # the link was given by hand
    assert states(wave) == ["done", "opted_out"]


def test_withdrawn_and_renewed_links():
    wave = make.open_wave(2)
    first, second = wave.people
    invitations.withdraw(first.invitation, by=wave.owner, reason="Left the company")
    with pytest.raises(answering.NotTaken):
        make.answer(wave, first)
    invitations.renew(second.invitation, by=wave.owner)
    assert answering.find_invitation(second.token) is None
    second.token = make.holders(wave)[1].token
    assert make.answer(wave, second).is_new
    assert Message.objects.filter(kind="surveys.invitation", context__invitation=second.invitation.pk).count() == 2


def test_invitations_are_made_in_a_fixed_number_of_queries(django_assert_max_num_queries):
    make.contacts(40)
    wave = make.wave()
    waves.schedule(wave, by=wave.owner)
    with django_assert_max_num_queries(35):
        waves.open(wave, by=wave.owner)


# Findings ---------------------------------------------------------------------------------------------


def test_results_below_target_are_proposed_at_close_with_their_baseline():
    wave = make.answered_wave([3, 3, 4, 4, 5, 3])
    waves.close(wave, by=wave.owner)
    finding = Finding.objects.get(wave=wave, dimension="content")
    assert Finding.objects.filter(wave=wave).count() == 7  # five ratings, two dimensions
    assert (finding.base_n, float(finding.mean), float(finding.top2), finding.threshold) == (
        6,
        3.6667,
        0.5,
        4,
    )
    assert float(finding.top2_low) == pytest.approx(0.18761, abs=1e-4)
    assert findings.propose_for(wave) == []


def test_a_confirmed_finding_tells_the_apps_above():
    told = []
    finding_confirmed.connect(lambda finding, **kwargs: told.append(finding.pk), weak=False, dispatch_uid="test")
    wave = make.answered_wave([3] * 5)
    waves.close(wave, by=wave.owner)
    first, second = Finding.objects.filter(wave=wave)[:2]
    findings.confirm(first, by=wave.owner, note="Same as last year")
    findings.dismiss(second, by=wave.owner, reason="One class only")
    finding_confirmed.disconnect(dispatch_uid="test")
    assert (told, first.state, second.state) == ([first.pk], "confirmed", "dismissed")


def test_a_low_answer_becomes_a_finding():
    wave = make.answered_wave([5, 5, 5, 5, 1])
    low = wave.responses.get(low_answers__isnull=False, low_answers__question__code="Q1").low_answers.get(
        question__code="Q1"
    )
    finding = findings.propose_from(low, by=wave.owner)
    assert (finding.low_answer, finding.question.code, finding.base_n) == (low, "Q1", 5)
    assert findings.propose_from(low, by=wave.owner) == finding


# Rest ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_anonymous", [False, True])
def test_who_was_asked_lately_rests(is_anonymous):
    long_ago, lately = make.open_wave(3), make.open_wave(2, is_anonymous=is_anonymous)
    Wave.objects.filter(pk=long_ago.pk).update(opened_at=timezone.now() - timedelta(days=40))
    everybody = {"industries": [*long_ago.audience["industries"], *lately.audience["industries"]]}
    rule, rested = everybody | {"rest_days": 30}, {holder.contact for holder in long_ago.people}
    assert set(audience.population(rule)) == rested
    assert audience.count(rule) == {"contacts": 3, "with_email": 3, "unverified": 3, "resting": 2}
    assert audience.count(rule, but=lately) == {"contacts": 5, "with_email": 5, "unverified": 5, "resting": 0}
    assert audience.count(everybody | {"rest_days": 60})["resting"] == 5
    assert audience.count(everybody) == {"contacts": 5, "with_email": 5, "unverified": 5, "resting": 0}
    assert set(sampling.draw(rule).ids) == {contact.pk for contact in rested}


def test_a_withdrawn_invitation_is_no_reason_to_rest():
    wave = make.open_wave(2)
    wave.invitations.update(state=InvitationState.WITHDRAWN)
    assert audience.count(wave.audience | {"rest_days": 30})["contacts"] == 2
