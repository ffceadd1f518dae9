"""A cycle from draft to publication (KPI-02, KPI-06, RWD-18): guards, who may, what the database refuses, what never moves."""

from datetime import timedelta
from decimal import Decimal as D
from unittest import mock

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.choices import Role
from appraisal.choices import AppealState, CycleState, Grade, IndicatorCode
from appraisal.models import Adjustment, AppraisalCycle, FactSnapshot, Publication, Score, ScoreSheet, Weight
from appraisal.selectors.results import result_of, results_of
from appraisal.services import appeals, cycles, publications, ratings, reminders, schemes
from appraisal.tasks import remind_ratings
from core.permissions import allows
from core.workflow import InvalidTransition, LostRace
from notifications.models import Notice
from tests.factories import accounts
from tests.factories import appraisal as make

pytestmark = pytest.mark.django_db


def refused(sql):
    """The database refuses ``sql`` of the application's role."""
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return True


# Schemes ---------------------------------------------------------------------------------------------


def test_a_scheme_is_approved_by_somebody_else(who):
    version = make.schemes.create(by=who.officer, name_zh="考核", name_en="Appraisal")
    schemes.submit(version, by=who.officer)
    assert not allows(who.officer, "appraisal.approve_scheme", version)
    with pytest.raises(InvalidTransition):
        schemes.approve(version, by=who.officer)
    schemes.approve(version, by=who.executive)
    assert version.approved_by == who.executive


def test_the_database_refuses_an_author_who_approves(who):
    version = schemes.create(by=who.officer, name_zh="考核", name_en="Appraisal")
    assert refused(
        f"UPDATE appraisal_schemeversion SET state='approved', approved_by_id={who.officer.pk}, approved_at=now() "
        f"WHERE id={version.pk}"
    )


def test_weights_that_are_not_100_are_refused_by_service_and_database(who):
    """K1."""
    version = schemes.create(by=who.officer, name_zh="考核", name_en="Appraisal")
    standards = {row.indicator: {"floor": row.floor, "target": row.target, "cap": row.cap, "minimum_n": row.minimum_n}
                 for row in version.standards.all()}  # fmt: skip
    wrong = {("service", None): {code: D("24.99") for code in IndicatorCode}}
    with pytest.raises(InvalidTransition):
        schemes.save(version, by=who.officer, fields={}, standards=standards, weights=wrong)
    with pytest.raises(DatabaseError), transaction.atomic():
        Weight.objects.filter(version=version, department_type="service", indicator="satisfaction").update(weight=39)
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_approved_version_never_changes_and_gets_a_successor(who):
    version = make.scheme(who)
    assert refused(f"UPDATE appraisal_schemeversion SET share_self=0, share_customers=70 WHERE id={version.pk}")
    assert refused(f"UPDATE appraisal_weight SET weight=0 WHERE version_id={version.pk}")
    assert refused(f"DELETE FROM appraisal_standard WHERE version_id={version.pk}")
    successor = schemes.renew(version, by=who.officer)
    assert (successor.no, successor.state, successor.weights.count()) == (2, "draft", version.weights.count())
    with pytest.raises(InvalidTransition):
        schemes.renew(version, by=who.officer)


# Stages ----------------------------------------------------------------------------------------------


def test_the_whole_way(who):
    row = make.cycle_at(CycleState.PUBLISHED, who)
    score = Score.objects.get(sheet__cycle=row)
    # customers' side: 40 × 80 + 30 × 55.56 + 10 × 50 + 20 × 60 → 65.67; 16 + 27 + 32.83
    assert score.total == D("75.83")
    assert (score.grade, score.coefficient, score.bonus) == (Grade.PASS, D("1.00"), D("2000.00"))
    events = [event.to_state for event in row.transitions if event.to_state]
    assert events == list(CycleState)


def test_every_department_with_weights_gets_a_sheet(who):
    accounts.unit(kind="branch")
    row = make.cycle_at(CycleState.OPEN, who)
    assert [sheet.unit for sheet in row.sheets.all()] == [who.unit]
    assert (row.sheets.get().head, row.sheets.get().superior) == (who.head, who.superior)


def test_nobody_is_head_and_superior(who):
    row = make.cycle(who, superior=who.head)
    with pytest.raises(InvalidTransition):
        cycles.open_cycle(row, by=who.officer)


def test_facts_are_frozen_only_after_the_period(who):
    row = make.cycle(who, day=timezone.localdate())
    cycles.open_cycle(row, by=who.officer)
    with pytest.raises(InvalidTransition):
        cycles.freeze(row, by=who.officer)


def test_one_cycle_per_quarter(who):
    first = make.cycle(who)
    with pytest.raises(InvalidTransition):
        make.cycle(who, scheme_version=first.scheme_version)


def test_publication_waits_for_the_window_and_for_objections(who):
    row = make.cycle_at(CycleState.PREVIEW, who)
    with pytest.raises(InvalidTransition):
        publications.publish(row, by=who.executive)
    appeal = appeals.raise_appeal(row.sheets.get(), by=who.head, line="satisfaction", ground="少算一期")
    make.end_objections(row)
    with pytest.raises(InvalidTransition):
        publications.publish(row, by=who.executive)
    appeals.reject(appeal, by=who.executive, reason="已计入")
    assert publications.publish(row, by=who.executive).no == 1


def test_five_working_days_for_objections(who):
    row = make.cycle_at(CycleState.SCORING, who)
    friday = timezone.make_aware(timezone.datetime(2026, 11, 20, 10))
    with mock.patch("django.utils.timezone.now", lambda: friday):
        cycles.show_preview(row, by=who.officer)
    assert timezone.localdate(row.objections_until).isoformat() == "2026-11-27"


def test_a_lost_race_changes_nothing(who):
    row = make.cycle(who)
    seen = AppraisalCycle.objects.get(pk=row.pk)
    cycles.edit(row, by=who.officer, objection_days=6)
    with pytest.raises(LostRace):
        cycles.open_cycle(seen, by=who.officer)
    assert not ScoreSheet.objects.exists()


# Ratings ---------------------------------------------------------------------------------------------


def test_a_rating_is_given_once_by_those_named(who):
    row = make.cycle_at(CycleState.SCORING, who)
    sheet = row.sheets.get()
    ratings.submit(sheet, by=who.head, score=D(80), comment="完成")
    for person in (who.head, who.officer, who.executive, who.employee):
        with pytest.raises(InvalidTransition):
            ratings.submit(sheet, by=person, score=D(99), comment="再来")
    assert refused("UPDATE appraisal_rating SET score=100")
    assert refused("DELETE FROM appraisal_rating")


def test_no_rater_sees_the_other_before_submitting(who):
    row = make.cycle_at(CycleState.SCORING, who)
    sheet = row.sheets.get()
    ratings.submit(sheet, by=who.head, score=D(80), comment="完成")
    assert ratings.shown_to(who.superior, sheet) == {}
    ratings.submit(sheet, by=who.superior, score=D(90), comment="好")
    assert {source.value for source in ratings.shown_to(who.superior, sheet)} == {"self", "superior"}
    assert {source.value for source in ratings.shown_to(who.head, sheet)} == {"self"}
    assert ratings.shown_to(who.officer, sheet) == {}


def test_a_missing_rating_is_spread_and_never_zero(who):
    row = make.cycle_at(CycleState.PREVIEW, who, superior=None)
    content = result_of(row.sheets.get()).content
    assert {line["code"]: line["effective"] for line in content["lines"]}["superior"] == "0.00"
    assert content["missing"] == "30.00"
    assert content["total"] == "69.76"  # (20 × 80 + 50 × 65.67) ÷ 70


def test_missing_ratings_are_reminded_of_once_a_stage(who):
    row = make.cycle_at(CycleState.SCORING, who, ratings_due=timezone.now() + timedelta(days=2))
    before = Notice.objects.filter(kind="appraisal.rating_due").count()
    remind_ratings()
    remind_ratings()
    assert Notice.objects.filter(kind="appraisal.rating_due").count() - before == 2
    make.rate(row, who)
    assert list(reminders.missing_ratings(row)) == []


# Too few facts ---------------------------------------------------------------------------------------

NOTHING = {code: (numerator, "0", None) for code, (numerator, _den, _value) in make.FIGURES.items()}


def test_too_few_facts_give_no_score_until_a_person_decides(who):
    """K4."""
    row = make.cycle_at(CycleState.PREVIEW, who, figures=NOTHING)
    sheet = row.sheets.get()
    assert result_of(sheet).total is None
    with pytest.raises(InvalidTransition):
        appeals.decide_total(sheet, by=who.superior, after=D(75), reason="自评自定")
    appeals.decide_total(sheet, by=who.executive, after=D(75), reason="按上季水平")
    found = result_of(ScoreSheet.objects.get(pk=sheet.pk))
    assert (found.total, found.grade, found.content["is_decided"]) == (D("75.00"), Grade.PASS, True)


# Objections ------------------------------------------------------------------------------------------


def test_an_upheld_objection_sets_the_line_and_keeps_what_it_was(who):
    row = make.cycle_at(CycleState.PREVIEW, who)
    sheet = row.sheets.get()
    appeal = appeals.raise_appeal(sheet, by=who.head, line="complaint_rate", ground="其中两件不属本部门")
    appeals.uphold(appeal, by=who.executive, after=D(70), reason="核实属实")
    kept = Adjustment.objects.get()
    assert (kept.before, kept.after, kept.reason, appeal.state) == (
        D("55.56"),
        D("70.00"),
        "核实属实",
        AppealState.UPHELD,
    )
    assert result_of(ScoreSheet.objects.get(pk=sheet.pk)).total == D("78.00")  # 43 + 15 × 0.7 + 24.5
    assert refused("UPDATE appraisal_adjustment SET after=100")
    assert refused("UPDATE appraisal_appeal SET decision='anders'")


def test_neither_rater_nor_unit_decides_an_objection(who):
    row = make.cycle_at(CycleState.PREVIEW, who)
    appeal = appeals.raise_appeal(row.sheets.get(), by=who.head, line="self", ground="笔误")
    colleague = accounts.person(Role.EXECUTIVE, unit=who.unit)
    for person in (who.superior, who.head, colleague):
        assert not allows(person, "appraisal.decide_appeal", appeal)
        with pytest.raises(InvalidTransition):
            appeals.reject(appeal, by=person, reason="否")
    assert allows(who.executive, "appraisal.decide_appeal", appeal)


def test_objections_end_with_the_window(who):
    row = make.end_objections(make.cycle_at(CycleState.PREVIEW, who))
    sheet = row.sheets.get()
    assert not allows(who.head, "appraisal.object", sheet)
    with pytest.raises(InvalidTransition):
        appeals.raise_appeal(sheet, by=who.head, line="self", ground="迟了")


# What never moves ------------------------------------------------------------------------------------


def test_frozen_facts_and_publications_are_read_only_for_the_application(who):
    """K2, K3: raw SQL of the application's role."""
    row = make.cycle_at(CycleState.PUBLISHED, who)
    for table in ("factsnapshot", "publication", "score", "rating"):
        assert refused(f"UPDATE appraisal_{table} SET id=id")
        assert refused(f"DELETE FROM appraisal_{table}")
    assert refused(f"UPDATE appraisal_appraisalcycle SET ratings_due=now() WHERE id={row.pk}")
    assert refused(f"UPDATE appraisal_appraisalcycle SET state='open' WHERE id={row.pk}")
    assert refused(f"UPDATE appraisal_scoresheet SET superior_id={who.officer.pk} WHERE cycle_id={row.pk}")
    sheet = row.sheets.get().pk
    assert refused(
        "INSERT INTO appraisal_rating (sheet_id, source, rater_id, score, comment, submitted_at) "
        f"VALUES ({sheet}, 'self', {who.head.pk}, 100, 'x', now())"
    )
    assert refused("TRUNCATE appraisal_score")


def test_a_correction_is_the_next_version_and_the_first_stays(who):
    row = make.cycle_at(CycleState.PUBLISHED, who)
    first = Publication.objects.get()
    content = first.content
    sheet = row.sheets.get()
    with pytest.raises(InvalidTransition):
        publications.correct(row, by=who.superior, sheet=sheet, line="self", after=D(90), reason="抄错")
    second = publications.correct(row, by=who.executive, sheet=sheet, line="self", after=D(90), reason="抄错")
    first.refresh_from_db()
    assert (second.no, second.reason, first.content) == (2, "抄错", content)
    totals = [(score.publication.no, score.total) for score in Score.objects.order_by("publication__no")]
    assert totals == [(1, D("75.83")), (2, D("77.83"))]
    assert publications.is_genuine(first) and publications.is_genuine(second)


def test_shuffled_rows_give_the_same_digits(who):
    """K5."""
    row = make.cycle_at(CycleState.PREVIEW, who)
    sheet = row.sheets.prefetch_related("facts", "ratings", "adjustments").get()
    straight = results_of(row, [sheet])[0].content
    for name in ("facts", "ratings"):
        rows = list(getattr(sheet, name).all())
        sheet._prefetched_objects_cache[name]._result_cache = rows[::-1]
    assert results_of(row, [sheet])[0].content == straight


def test_freezing_again_is_refused(who):
    row = make.cycle_at(CycleState.FROZEN, who)
    kept = FactSnapshot.objects.count()
    with pytest.raises(InvalidTransition):
        make.freeze(row, who)
    assert FactSnapshot.objects.count() == kept == 4
