"""Survey material: hand-overs that both sides confirm, one named custodian with the sole export right, terms and holds
(DAT-01, DAT-03, DAT-04, PRV-07, PRV-08, PRV-16, SEC-06, REM-10)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from core.models import Job
from core.permissions import allows
from core.workflow import InvalidTransition
from notifications.models import Notice
from surveys.choices import CustodyState, HandoverKind, HandoverState, Secrecy
from surveys.models import Custody, Handover, Wave
from surveys.services import custody, handovers, waves
from surveys.tasks import watch_retention
from tests.factories import surveys as make

pytestmark = pytest.mark.django_db


def closed(scores=(5, 4, 2, 4, 5), **fields):
    """A closed wave with one answer per score."""
    wave = make.answered_wave(list(scores), **fields)
    waves.close(wave, by=wave.owner)
    return wave


def hand_over(wave, *, giver, receiver, kind=HandoverKind.KEEPING, **fields):
    usual = {
        "from_unit": make.unit("QA"), "to_unit": make.unit("XZ"), "handed_on": timezone.localdate(), "forms_n": 20,
        "serials": "0001-8 – 0020-8",
    }  # fmt: skip
    return handovers.submit(wave.custody, by=giver, receiver=receiver, kind=kind, **usual | fields)


def kept(wave, keeper=None, giver=None):
    """``wave`` in custody of ``keeper``, handed over by ``giver``."""
    keeper = keeper or make.person(Role.ADMINISTRATOR)
    handovers.accept(hand_over(wave, giver=giver or wave.owner, receiver=keeper), by=keeper)
    wave.custody.refresh_from_db()
    return wave.custody


def login(user):
    client = Client()
    client.force_login(user)
    return client


# The register ------------------------------------------------------------------------------------------


def test_the_end_of_a_wave_begins_its_custody_with_three_years(settings):
    wave = closed()
    row = wave.custody
    today = timezone.localdate()
    assert (row.state, row.custodian, row.since, row.secrecy) == (CustodyState.GATHERED, None, today, Secrecy.SECRET)
    assert row.due_on == custody.years_after(today, 3)
    settings.RETENTION_YEARS = 5
    assert closed().custody.due_on == custody.years_after(today, 5)


def test_a_plan_may_say_how_long_its_material_is_kept():
    plan = make.approved_plan()
    plan.retention_years = 6
    plan.save()
    assert closed(activity=plan.activities.get()).custody.retention_years == 6


def test_a_wave_that_ended_before_is_made_up_for_at_night():
    wave = closed()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM surveys_custody")
    assert watch_retention()["begun"]["done"] == 1
    assert Custody.objects.get().wave == wave
    assert watch_retention()["begun"]["done"] == 0


def test_a_cancelled_wave_has_material_when_somebody_was_asked():
    answered, asked, nobody = make.answered_wave([3]), make.open_wave(), make.wave()
    for wave in (answered, asked, nobody):
        waves.cancel(wave, by=wave.owner, reason="不再需要")
    assert set(Custody.objects.values_list("wave", flat=True)) == {answered.pk, asked.pk}


def test_a_hand_over_dated_before_the_end_counts_from_the_end():
    row = closed().custody
    ended = timezone.localdate(row.wave.closed_at)
    custody.keep(
        row,
        by=make.person(Role.ADMINISTRATOR),
        custodian=make.person(Role.ADMINISTRATOR),
        since=ended - timedelta(days=900),
    )
    assert (row.since, row.due_on) == (ended, custody.years_after(ended, row.retention_years))


def test_the_29th_of_february_is_due_on_the_first_of_march():
    assert custody.years_after(date(2024, 2, 29), 3) == date(2027, 3, 1)
    assert custody.years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)


# From hand to hand -------------------------------------------------------------------------------------


def test_a_project_manager_hands_forms_to_the_quality_department():
    wave = closed()
    manager, officer = make.person(Role.DEPARTMENT_USER), make.person(Role.SURVEY_OFFICER)
    row = hand_over(wave, giver=manager, receiver=officer, kind=HandoverKind.FORMS)
    assert Notice.objects.filter(user=officer, kind="surveys.handover_to_confirm").count() == 1
    assert allows(officer, "surveys.accept_handover", row) and not allows(manager, "surveys.accept_handover", row)
    handovers.accept(row, by=officer)
    assert row.state == HandoverState.ACCEPTED and row.decided_at
    wave.custody.refresh_from_db()
    assert wave.custody.state == CustodyState.GATHERED  # quality gathers; the administration keeps
    assert Notice.objects.filter(user=manager, kind="surveys.handover_accepted").count() == 1


def test_what_is_received_for_keeping_is_in_custody_of_the_receiver():
    wave, day = closed(), timezone.localdate() - timedelta(days=2)
    Wave.objects.filter(pk=wave.pk).update(closed_at=timezone.now() - timedelta(days=5))
    wave = Wave.objects.get(pk=wave.pk)
    keeper = make.person(Role.ADMINISTRATOR)
    handovers.accept(hand_over(wave, giver=wave.owner, receiver=keeper, handed_on=day), by=keeper)
    row = Custody.objects.get(wave=wave)
    assert (row.state, row.custodian, row.since) == (CustodyState.KEPT, keeper, day)
    assert row.due_on == custody.years_after(day, 3)
    assert row.transitions.last().payload == {"custodian": keeper.pk}
    with pytest.raises(InvalidTransition, match=str(keeper)):
        hand_over(wave, giver=make.person(), receiver=make.person(Role.ADMINISTRATOR))


def test_a_return_owes_a_reason_and_comes_back_put_right():
    wave, keeper = closed(), make.person(Role.ADMINISTRATOR)
    row = hand_over(wave, giver=wave.owner, receiver=keeper)
    with pytest.raises(InvalidTransition):
        handovers.send_back(row, by=keeper, reason=" ")
    handovers.send_back(row, by=keeper, reason="少三张")
    assert allows(wave.owner, "surveys.submit_again", row) and not allows(keeper, "surveys.submit_again", row)
    handovers.submit_again(row, by=wave.owner, forms_n=17)
    handovers.accept(row, by=keeper)
    assert (row.state, row.forms_n) == (HandoverState.ACCEPTED, 17)
    assert Custody.objects.get(wave=wave).custodian == keeper


def test_what_a_hand_over_refuses():
    wave, keeper = closed(), make.person(Role.ADMINISTRATOR)
    tomorrow = timezone.localdate() + timedelta(days=1)
    refused = [
        {"giver": keeper, "receiver": keeper}, {"giver": wave.owner, "receiver": keeper, "handed_on": tomorrow},
        {"giver": wave.owner, "receiver": make.person(Role.DEPARTMENT_USER)},  # no role of theirs keeps material
    ]  # fmt: skip
    for fields in refused:
        with pytest.raises(InvalidTransition):
            hand_over(wave, **fields)
    hand_over(wave, giver=wave.owner, receiver=keeper)
    with pytest.raises(InvalidTransition):  # one under way
        hand_over(wave, giver=wave.owner, receiver=keeper)
    assert Handover.objects.count() == 1


@pytest.mark.parametrize("statement", ["UPDATE surveys_handover SET forms_n = 1", "DELETE FROM surveys_handover"])
def test_a_received_hand_over_never_changes(statement):
    kept(closed())
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# The sole right to export ------------------------------------------------------------------------------


def test_once_in_custody_only_the_custodian_exports_and_others_read_who_that_is():
    wave = closed()
    officer, keeper = make.person(), make.person(Role.ADMINISTRATOR)
    export = reverse("surveys:answers_export", args=[wave.pk])
    before = login(officer).post(export, {"format": "xlsx"})
    assert before.status_code == 302 and Job.objects.filter(kind="surveys.export_answers").count() == 1
    kept(wave, keeper)
    lists = [reverse("surveys:wave_answers", args=[wave.pk]), reverse("surveys:wave_invitations", args=[wave.pk]),
             reverse("surveys:wave_checks", args=[wave.pk])]  # fmt: skip
    refused = [
        login(officer).post(export, {"format": "xlsx"}),
        *(login(officer).get(url, {"format": "csv"}) for url in lists),
    ]
    assert [answer.status_code for answer in refused] == [403] * 4
    assert all(str(keeper) in answer.content.decode() for answer in refused)
    assert [login(officer).get(url).status_code for url in lists] == [200] * 3  # reading goes on
    assert login(keeper).post(export, {"format": "xlsx"}).status_code == 302
    assert Job.objects.filter(kind="surveys.export_answers", owner=keeper).count() == 1


def test_the_custodians_file_holds_their_wave_and_no_other():
    from surveys.selectors import lists

    mine, other = closed(), closed()
    keeper = make.person(Role.ADMINISTRATOR)
    kept(mine, keeper)
    assert lists.responses(keeper, mine).count() == 5
    assert lists.responses(keeper, other).count() == 0
    assert list(Wave.objects.visible_to(keeper)) == [mine]
    assert login(keeper).post(reverse("surveys:answers_export", args=[other.pk])).status_code == 404


def test_another_custodian_is_named_with_a_reason_and_the_right_goes_along():
    wave = closed()
    old, new, admin = (make.person(Role.ADMINISTRATOR) for _each in range(3))
    row = kept(wave, old)
    custody.name_custodian(row, by=admin, custodian=new, reason="岗位调动")
    event = row.transitions.last()
    assert (event.kind, event.by, event.comment) == ("custodian_named", admin, "岗位调动")
    assert event.payload == {"changes": {"custodian": [str(old.pk), str(new.pk)]}}
    again = Wave.objects.get(pk=wave.pk)
    assert allows(new, "surveys.export_answers_of", again)
    assert not allows(old, "surveys.export_answers_of", Wave.objects.get(pk=wave.pk))
    with pytest.raises(InvalidTransition):
        custody.name_custodian(row, by=admin, custodian=make.person(Role.EMPLOYEE), reason="x")


# Terms and holds ---------------------------------------------------------------------------------------


def test_years_kept_move_the_due_day():
    row, admin = kept(closed()), make.person(Role.ADMINISTRATOR)
    custody.set_terms(row, by=admin, retention_years=10, secrecy=Secrecy.TOP)
    assert (row.due_on, row.secrecy) == (custody.years_after(row.since, 10), Secrecy.TOP)


def test_a_hold_owes_a_reason_ends_with_its_day_and_can_be_lifted():
    row, admin, today = kept(closed()), make.person(Role.ADMINISTRATOR), timezone.localdate()
    Custody.objects.filter(pk=row.pk).update(since=today - timedelta(days=400), due_on=today)
    row.refresh_from_db()
    assert list(Custody.objects.past_due()) == [row]
    with pytest.raises(InvalidTransition):
        custody.hold(row, by=admin, reason="诉讼", until=today - timedelta(days=1))
    custody.hold(row, by=admin, reason="诉讼", until=today)
    assert row.is_held and not Custody.objects.past_due().exists()
    assert list(Custody.objects.past_due(today + timedelta(days=1))) == [row]
    custody.lift(row, by=admin, reason="已结案")
    assert list(Custody.objects.past_due()) == [row]


def test_the_custodian_is_told_once_before_retention_ends():
    row = kept(closed())
    soon = timezone.localdate() + timedelta(days=20)
    Custody.objects.filter(pk=row.pk).update(due_on=soon)
    for _night in range(2):
        watch_retention()
    notices = Notice.objects.filter(kind="surveys.retention_ends")
    assert [(one.user, one.context["due"]) for one in notices] == [(row.custodian, soon.isoformat())]


# Pages -------------------------------------------------------------------------------------------------


def test_the_pages_lead_from_the_forms_to_custody():
    wave, keeper = closed(), make.person(Role.ADMINISTRATOR)
    page, url = login(wave.owner), reverse("surveys:handover_create", args=[wave.custody.pk])
    given = {"kind": "keeping", "receiver": keeper.pk, "from_unit": make.unit("QA").pk, "to_unit": make.unit("XZ").pk,
             "handed_on": timezone.localdate().isoformat(), "forms_n": 20, "serials": "0001-8 – 0020-8"}  # fmt: skip
    wrong = page.post(url, given | {"serials": "0001-9", "to_unit": given["from_unit"]})
    assert set(wrong.context["form"].errors) == {"serials", "to_unit"} and not Handover.objects.exists()
    assert page.post(url, given).status_code == 302
    row = Handover.objects.get()
    assert page.get(reverse("surveys:handover_act", args=[row.pk, "accept"])).status_code == 403
    accept = reverse("surveys:handover_act", args=[row.pk, "accept"])
    assert "0001-8" in login(keeper).get(accept).content.decode()
    assert login(keeper).post(accept, {"version": row.version}).status_code == 302
    shown = login(keeper).get(wave.custody.get_absolute_url()).content.decode()
    assert str(keeper) in shown and reverse("surveys:answers_export", args=[wave.pk]) in shown
    assert str(keeper) in login(wave.owner).get(wave.get_absolute_url()).content.decode()


def test_the_register_is_narrowed_and_exported(django_assert_max_num_queries):
    rows = [kept(closed()) for _each in range(3)]
    Custody.objects.filter(pk=rows[0].pk).update(since=date(2020, 1, 1), due_on=date(2023, 1, 1))
    client, url = login(make.person(Role.LEAD)), reverse("surveys:custody_list")
    with django_assert_max_num_queries(14):
        assert len(client.get(url).context["table"].rows) == 3
    assert [row.record.pk for row in client.get(url, {"due": "true"}).context["table"].rows] == [rows[0].pk]
    assert client.get(url, {"format": "xlsx"}).status_code == 200
    assert login(make.person(Role.AGENT)).get(url).status_code == 403
