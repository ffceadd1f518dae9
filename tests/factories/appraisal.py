"""Appraisals made the way people make them."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from unittest import mock

from django.utils import timezone

from accounts.choices import Role
from appraisal.choices import CycleState, IndicatorCode
from appraisal.indicators import Fact
from appraisal.models import AppraisalCycle
from appraisal.services import cycles, publications, ratings, schemes
from tests.factories import accounts

DAY = date(2026, 4, 15)  # its quarter has ended whenever tests run
FIGURES = {  # numerator, denominator, value
    IndicatorCode.SATISFACTION: ("4000", "50", "80"),
    IndicatorCode.COMPLAINT_RATE: ("10", "1000", "10"),
    IndicatorCode.SUGGESTION_ADOPTION: ("3", "10", "30"),
    IndicatorCode.MEASURE_COMPLETION: ("4", "5", "80"),
}


def cast(units=1):
    """Units with their heads and an employee each, an officer, the superior and a second executive."""
    homes = [accounts.unit(name_zh=f"客户服务{n + 1}部", name_en=f"Service {n + 1}") for n in range(units)]
    heads = [accounts.person(Role.DEPARTMENT_USER, unit=unit) for unit in homes]
    for head in heads:
        head.memberships.update(is_head=True)
    return SimpleNamespace(
        unit=homes[0], units=homes, head=heads[0], heads=heads, employee=accounts.person(Role.EMPLOYEE, unit=homes[0]),
        officer=accounts.person(Role.APPRAISAL_OFFICER), superior=accounts.person(Role.EXECUTIVE),
        executive=accounts.person(Role.EXECUTIVE),
    )  # fmt: skip


def scheme(who, **fields):
    """An approved version with the usual weights."""
    version = schemes.create(by=who.officer, name_zh="部门季度考核", name_en="Quarterly appraisal of departments")
    for name, value in fields.items():
        setattr(version, name, value)
    if fields:
        version.save()
    schemes.submit(version, by=who.officer)
    return schemes.approve(version, by=who.executive)


def cycle(who, *, day=DAY, **fields):
    given = {"scheme_version": fields.pop("scheme_version", None) or scheme(who), "superior": who.superior,
             "ratings_due": timezone.now() + timedelta(days=7)}  # fmt: skip
    return cycles.create(by=who.officer, day=day, **given | fields)


def fact(code, starts_on=None, ends_on=None, unit=None, *, minimum_n=1, figures=FIGURES):
    numerator, denominator, value = figures[code]
    model = "improvements.measure" if code == IndicatorCode.MEASURE_COMPLETION else "complaints.complaint"
    return Fact(
        Decimal(numerator), Decimal(denominator), None if value is None else Decimal(value), minimum_n, model, model, (1, 2),
        (1, 2, 3),
    )  # fmt: skip


def freeze(row, who, figures=FIGURES):
    """Freeze with given figures instead of records."""
    with mock.patch("appraisal.indicators.fetch", lambda *args, **named: fact(*args, **named, figures=figures)):
        return cycles.freeze(row, by=who.officer)


def rate(row, who, own=80, superior=90):
    for sheet in row.sheets.all():
        if own is not None and sheet.head:
            ratings.submit(sheet, by=sheet.head, score=Decimal(own), comment="完成了计划")
        if superior is not None:
            ratings.submit(sheet, by=sheet.superior, score=Decimal(superior), comment="配合良好")


def end_objections(row):
    """As if the days for objections had passed."""
    past = timezone.now() - timedelta(minutes=1)
    AppraisalCycle.objects.filter(pk=row.pk).update(preview_at=past - timedelta(days=7), objections_until=past)
    row.refresh_from_db()
    return row


def cycle_at(state, who, *, figures=FIGURES, own=80, superior=90, **fields):
    """A cycle that reached ``state`` through its services."""
    return to(cycle(who, **fields), state, who, figures=figures, own=own, superior=superior)


def to(row, state, who, *, figures=FIGURES, own=80, superior=90):
    """Take a draft to ``state``."""
    stages = list(CycleState)
    steps = {
        CycleState.OPEN: lambda: cycles.open_cycle(row, by=who.officer),
        CycleState.FROZEN: lambda: freeze(row, who, figures),
        CycleState.SCORING: lambda: cycles.begin_scoring(row, by=who.officer),
        CycleState.PREVIEW: lambda: (rate(row, who, own, superior), cycles.show_preview(row, by=who.officer)),
        CycleState.PUBLISHED: lambda: publications.publish(end_objections(row), by=who.executive),
    }
    for stage in stages[1 : stages.index(state) + 1]:
        steps[stage]()
    row.refresh_from_db()
    return row
