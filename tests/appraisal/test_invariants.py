"""K1–K5 of the appraisal, the database included: whoever writes, and however."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import Error, connections, transaction

from appraisal.choices import CycleState, IndicatorCode, SchemeState
from appraisal.models import FactSnapshot, Publication, SchemeVersion, Score, Weight
from appraisal.selectors.results import results_of
from appraisal.services import cycles, facts, publications
from complaints.models import Complaint
from customers.models import ServiceRecord
from tests.factories import appraisal as make
from tests.factories import complaints, customers

pytestmark = pytest.mark.django_db
MAY = datetime(2026, 5, 11, 2, tzinfo=UTC)


def refused(statement, *parameters, alias="default"):
    """The statement is refused by the database; says by what."""
    with pytest.raises(Error) as caught, transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(statement, parameters)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return str(caught.value)


def digits(cycle):
    return [result.content for result in results_of(cycle)]


# K1: weights are 100


def test_weights_that_are_not_100_do_not_survive_their_transaction(who):
    from appraisal.services import schemes

    version = schemes.create(by=who.officer, name_zh="考核", name_en="Appraisal")
    row = Weight.objects.filter(version=version).first()
    said = refused("UPDATE appraisal_weight SET weight = weight - 0.01 WHERE id = %s", row.pk)
    assert "not to 100" in said
    assert Weight.objects.get(pk=row.pk).weight == row.weight


def test_the_three_shares_are_100(who):
    version = make.scheme(who)
    assert version.state == SchemeState.APPROVED
    with pytest.raises(Error), transaction.atomic():
        SchemeVersion.objects.filter(pk=version.pk).update(share_self=Decimal(21))


@pytest.mark.parametrize("table", ["weight", "standard"])
@pytest.mark.parametrize("act", ["UPDATE appraisal_{0} SET id = id WHERE version_id = %s", "DELETE FROM appraisal_{0} WHERE version_id = %s"])  # fmt: skip
def test_an_approved_scheme_does_not_change(who, table, act):
    version = make.scheme(who)
    assert "no draft" in refused(act.format(table), version.pk)


def test_bands_may_not_leave_a_gap(who):
    from appraisal.services import schemes

    version = schemes.create(by=who.officer, name_zh="考核", name_en="Appraisal")
    assert "scheme_bands_in_order" in refused(
        "UPDATE appraisal_schemeversion SET from_good = 95 WHERE id = %s", version.pk
    )


# K2: after the freeze nothing below moves a score


@pytest.fixture
def ledger(who):
    """Twenty services and two complaints of the unit in the period."""
    customer = customers.make_customer(unit=who.unit)
    for _one in range(20):
        customers.make_service(customer, unit=who.unit, happened_on=MAY.date())
    return [complaints.make_complaint(received_at=MAY, unit=who.unit, customer=customer) for _one in range(2)]


def test_records_that_change_or_go_leave_the_score_as_it_was(who, ledger):
    row = make.cycle_at(CycleState.OPEN, who)
    cycles.freeze(row, by=who.officer)
    fact = FactSnapshot.objects.get(sheet__cycle=row, indicator=IndicatorCode.COMPLAINT_RATE)
    assert (fact.numerator, fact.denominator, fact.value) == (2, 20, 100)
    assert set(fact.row_ids) == {complaint.pk for complaint in ledger}
    before, version = digits(row), row.scheme_version_id
    Complaint.objects.update(unit=None)
    ServiceRecord.objects.all().delete()
    row.refresh_from_db()
    assert digits(row) == before
    assert row.scheme_version_id == version
    now = facts.today(row.sheets.get(unit=who.unit), IndicatorCode.COMPLAINT_RATE)
    assert (now.numerator, now.value) == (0, None)


def test_facts_are_kept_in_one_transaction_or_not_at_all(who, ledger, monkeypatch):
    row = make.cycle_at(CycleState.OPEN, who)

    def fails(*args, **kwargs):
        raise RuntimeError("the connection is gone")

    monkeypatch.setattr(cycles.CYCLE, "move", fails)
    with pytest.raises(RuntimeError):
        cycles.freeze(row, by=who.officer)
    row.refresh_from_db()
    assert (row.state, FactSnapshot.objects.count()) == (CycleState.OPEN, 0)


@pytest.mark.parametrize("alias", ["default"])
@pytest.mark.parametrize(
    "statement", ["UPDATE appraisal_factsnapshot SET value = 100", "DELETE FROM appraisal_factsnapshot"]
)
def test_facts_cannot_be_rewritten(who, alias, statement):
    make.cycle_at(CycleState.FROZEN, who)
    refused(statement, alias=alias)
    assert FactSnapshot.objects.filter(value=100).count() == 0
    assert FactSnapshot.objects.count() == len(make.FIGURES)


# K3: what was published never moves


@pytest.mark.parametrize(
    "statement",
    ["UPDATE appraisal_publication SET content = '{}'", "DELETE FROM appraisal_publication",
     "UPDATE appraisal_score SET total = 100", "DELETE FROM appraisal_score", "UPDATE appraisal_rating SET score = 100",
     "DELETE FROM appraisal_adjustment", "UPDATE appraisal_appraisalcycle SET state = 'preview'",
     "UPDATE appraisal_appraisalcycle SET scheme_version_id = scheme_version_id + 1",
     "UPDATE appraisal_scoresheet SET head_id = superior_id", "UPDATE appraisal_schemeversion SET from_good = 70"],
)  # fmt: skip
def test_raw_sql_of_the_application_cannot_move_a_published_result(who, statement):
    make.cycle_at(CycleState.PUBLISHED, who)
    before = (Publication.objects.get().content, Score.objects.get().total)
    if "adjustment" not in statement:
        refused(statement)
    else:  # there is none to delete, but the right is missing all the same
        assert "permission denied" in refused(statement)
    assert (Publication.objects.get().content, Score.objects.get().total) == before


def test_a_correction_is_the_next_version_and_both_stay_readable(who):
    row = make.cycle_at(CycleState.PUBLISHED, who)
    sheet = row.sheets.get()
    first = Publication.objects.get()
    publications.correct(
        row, by=who.executive, sheet=sheet, line="satisfaction", after=Decimal(90), reason="一批次重复计算"
    )  # fmt: skip
    second = Publication.objects.get(no=2)
    assert Publication.objects.get(no=1).content == first.content
    assert Score.objects.get(publication=first).total < Score.objects.get(publication=second).total
    assert publications.is_genuine(first) and publications.is_genuine(second)
    assert second.reason == "一批次重复计算"


# K4: nothing to count is N/A


def test_a_unit_without_records_has_no_points_anywhere(who):
    row = make.cycle_at(CycleState.OPEN, who)
    cycles.freeze(row, by=who.officer)
    assert set(FactSnapshot.objects.filter(sheet__cycle=row).values_list("value", flat=True)) == {None}
    (result,) = results_of(row)
    assert {line["points"] for line in result.content["lines"]} == {None}
    assert (result.total, result.grade, result.coefficient) == (None, None, None)


# K5: the same inputs, the same digits


def test_the_order_in_which_rows_are_read_does_not_matter(who):
    row = make.cycle_at(CycleState.PREVIEW, who)
    found = set()
    for order in ("indicator", "-indicator", "-pk"):
        sheets = list(row.sheets.prefetch_related("ratings", "adjustments"))
        for sheet in sheets:
            sheet._prefetched_objects_cache["facts"] = list(sheet.facts.order_by(order))
        found.add(str([result.content for result in results_of(row, sheets)]))
    assert len(found) == 1
