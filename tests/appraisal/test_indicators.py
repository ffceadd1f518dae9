"""What an indicator counts: over whom, by which day, with the rows kept (service figures, section 4)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.choices import Role
from appraisal import indicators
from appraisal.choices import IndicatorCode
from complaints.choices import State
from customers.choices import ServiceKind
from improvements.choices import MeasureState
from improvements.services import extensions, verification
from surveys.models import Wave
from surveys.services import waves
from tests.factories import complaints, customers, improvements, surveys

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)
MAY = datetime(2026, 5, 11, 2, tzinfo=UTC)
C = IndicatorCode


def fact(code, unit, minimum_n=1):
    return indicators.fetch(code, FIRST, LAST, unit, minimum_n=minimum_n)


def test_every_indicator_says_what_it_counts():
    assert set(indicators.REGISTRY) == set(C.values)
    for indicator in indicators.REGISTRY.values():
        assert all(
            (
                indicator.title,
                indicator.unit,
                indicator.numerator,
                indicator.denominator,
                indicator.cohort,
                indicator.source,
            )
        )
        floor, target, least = indicator.standard
        assert (target > floor) == indicator.higher_is_better
        assert least >= 1


# Satisfaction


def survey(units):
    """A confirmed wave of another unit: customers of each of ``units`` answered with the scores given."""
    made = surveys.wave()
    industry = f"of {made.code}"
    people = []
    for unit, scores in units.items():
        for contact, score in zip(surveys.contacts(len(scores), industry=industry), scores, strict=True):
            contact.customer.unit = unit
            contact.customer.save()
            people.append((contact.pk, score))
    waves.edit(made, by=made.owner, audience={"industries": [industry]})
    waves.schedule(made, by=made.owner)
    waves.open(made, by=made.owner)
    given = dict(people)
    for holder in surveys.holders(made):
        surveys.answer(made, holder, given[holder.contact.pk])
    waves.close(made, by=made.owner)
    Wave.objects.filter(pk=made.pk).update(opens_at=MAY - timedelta(days=14), closes_at=MAY)
    made.refresh_from_db()
    waves.confirm_results(made, by=surveys.person(Role.SURVEY_OFFICER))
    return made


def test_satisfaction_is_of_those_whom_the_unit_served_whoever_asked():
    one, two = improvements.unit(), improvements.unit()
    wave = survey({one: [5, 5, 5, 4, 4, 4], two: [3] * 6})
    found = fact(C.SATISFACTION, one)
    assert (found.denominator, found.value) == (6, Decimal("87.5"))  # mean 4.5
    assert (found.rows, found.base_model) == ((wave.pk,), "surveys.wave")
    assert float(found.current["low"]) < 87.5 < float(found.current["high"])
    assert fact(C.SATISFACTION, two).value == 50


def test_satisfaction_hides_groups_that_are_too_small_and_keeps_the_smallest_base():
    one, two, three = (improvements.unit() for _n in range(3))
    survey({one: [5] * 4, two: [4] * 6, three: [3] * 8})
    assert fact(C.SATISFACTION, one).value is None
    assert fact(C.SATISFACTION, one).denominator == 0
    assert fact(C.SATISFACTION, three).value == 50
    assert fact(C.SATISFACTION, three, minimum_n=9).value is None


def test_a_branch_is_its_units_taken_together():
    branch = customers.make_unit("FB", customers.make_unit("HQ"))
    one, two = customers.make_unit("FB1", branch), customers.make_unit("FB2", branch)
    survey({one: [5] * 6, two: [3] * 6})
    found = fact(C.SATISFACTION, branch)
    assert (found.denominator, found.value) == (12, 75)


# Complaint rate


@pytest.fixture
def crew():
    return complaints.Crew()


def serve(unit, n, day=FIRST):
    customer = customers.make_customer(unit=unit)
    return [customers.make_service(customer, unit=unit, happened_on=day, kind=ServiceKind.CLASS) for _n in range(n)]


def test_complaints_per_thousand_served_by_the_day_they_came(crew):
    serve(crew.department, 40)
    serve(crew.department, 5, date(2026, 7, 1))
    inside = complaints.make_complaint(received_at=MAY, unit=crew.department)
    complaints.make_complaint(
        received_at=datetime(2026, 6, 30, 16, 30, tzinfo=UTC), unit=crew.department
    )  # 1 July here
    complaints.make_complaint(received_at=MAY, unit=crew.desk)
    complaints.make_complaint(received_at=MAY, unit=crew.department, kind="enquiry")
    found = fact(C.COMPLAINT_RATE, crew.department)
    assert (found.numerator, found.denominator, found.value) == (1, 40, 25)
    assert (found.rows, len(found.base)) == ((inside.pk,), 40)
    assert (found.row_model, found.base_model) == ("complaints.complaint", "customers.servicerecord")


def test_without_anything_served_there_is_no_rate(crew):
    complaints.make_complaint(received_at=MAY, unit=crew.department)
    found = fact(C.COMPLAINT_RATE, crew.department)
    assert (found.denominator, found.value) == (0, None)


# Suggestions


def test_suggestions_adopted_of_those_decided(crew):
    adopted = complaints.suggestion_at(State.ADOPTED, crew)
    waiting = complaints.suggestion_at(State.EVALUATING, crew)
    today = timezone.localdate()
    found = indicators.fetch(C.SUGGESTION_ADOPTION, today, today, crew.department, minimum_n=1)
    assert (found.numerator, found.denominator, found.value) == (1, 1, 100)
    assert waiting.pk not in found.base
    assert set(found.rows) <= set(found.base) == {adopted.pk}


# Measures


def test_measures_by_their_original_date_with_the_present_one_beside():
    who = improvements.cast()
    row = improvements.measure_at(MeasureState.EXECUTING, who)
    first, later = (timezone.localdate(row.original_due) + timedelta(days=days) for days in (0, 20))
    asked = extensions.request(row, by=who.owner, new_due=row.original_due + timedelta(days=20), reason="教材未到")
    extensions.approve(asked, by=who.executive)
    row.refresh_from_db()
    improvements.submit(row, who)
    verification.accept(row, by=who.officer, sampled="抽查三门课")
    found = indicators.fetch(C.MEASURE_COMPLETION, first, first, who.unit, minimum_n=1)
    assert (found.numerator, found.denominator, found.value, found.base) == (1, 1, 100, (row.pk,))
    assert found.current == {"numerator": 0, "denominator": 0, "value": None}
    moved = indicators.fetch(C.MEASURE_COMPLETION, later, later, who.unit, minimum_n=1)
    assert (moved.denominator, moved.value) == (0, None)
    assert (moved.current["numerator"], moved.current["denominator"]) == (1, 1)
