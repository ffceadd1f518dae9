"""Improvement cases and measures, made the way people make them."""

from datetime import timedelta
from decimal import Decimal
from itertools import count
from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.choices import DepartmentType, Role, UnitKind
from accounts.models import User
from accounts.services import people, units
from improvements.choices import GoalIndicator, MeasureState
from improvements.models import ImprovementCase
from improvements.services import cases, effects, measures, verification
from surveys.services import findings, waves
from tests.factories import surveys

numbers = count(1)
DAY = timedelta(days=1)


def unit(name="培训一部"):
    n = next(numbers)
    return units.create(
        by=None, code=f"D{n}", name_zh=f"{name}{n}", name_en=f"Department {n}", kind=UnitKind.DEPARTMENT,
        department_type=DepartmentType.SERVICE,
    )  # fmt: skip


def person(*roles, unit=None, **fields):
    n = next(numbers)
    names = {"username": f"staff{n}", "email": f"staff{n}@example.com", "name_zh": f"同事{n}", "name_en": f"Staff {n}"}
    made = people.create(by=None, roles=roles or (Role.DEPARTMENT_USER,), unit=unit, **names | fields)
    return User.objects.get(pk=made.pk)


def cast(**fields):
    """A unit with its owner and a colleague, a lead who issues, an officer who verifies and judges, management."""
    home = unit()
    return SimpleNamespace(
        unit=home, owner=person(unit=home), colleague=person(unit=home), lead=person(Role.LEAD),
        officer=person(Role.SURVEY_OFFICER), executive=person(Role.EXECUTIVE), **fields,
    )  # fmt: skip


def closed_wave(scores=(2,) * 12 + (5,) * 8, version=None, **fields):
    """A wave that ran and ended; each score is one respondent's answer to every rating."""
    made = surveys.answered_wave(scores, **({"version": version} if version else {}) | fields)
    waves.close(made, by=made.owner)
    return made


def finding(wave=None, *, unit=None, by=None):
    """A confirmed finding on the first question of a wave; its case is proposed by the portal."""
    wave = wave or closed_wave()
    row = wave.findings.filter(question__code="Q1").get()
    return findings.confirm(row, by=by or person(Role.SURVEY_OFFICER), unit=unit)


def case(who, **fields):
    """An open case of the unit, from a finding of a wave with 40 % satisfied."""
    found = finding(unit=who.unit)
    row = ImprovementCase.objects.get(finding=found)
    return cases.accept(row, by=who.lead, title="教材更新慢", problem="学员反映案例陈旧", **fields)


def goal(case, *, indicator=GoalIndicator.TOP2, target="0.8", smallest="0.2"):
    row = case.finding
    return {
        "indicator": indicator, "wave": row.wave, "question": row.question, "target": Decimal(target),
        "smallest_change": Decimal(smallest),
    }  # fmt: skip


def draft(who, *, on=None, figure=True, tasks=((None, "重写案例"),), **fields):
    on = on or case(who)
    given = {
        "title": "更新教材案例", "goal": "下一期满意率达到80%", "unit": who.unit, "owner": who.owner,
        "due_at": timezone.now() + 30 * DAY, "tasks": list(tasks), "figure": goal(on) if figure is True else figure,
    }  # fmt: skip
    return measures.draft(on, by=who.colleague, **given | fields)


def evidence(name="新教材.txt"):
    return SimpleUploadedFile(name, "新教材目录".encode())


def measure_at(state, who, **fields):
    """A measure that reached ``state`` through its services; for CLOSED with a figure the next wave has decided."""
    row = draft(who, **fields)
    steps = [MeasureState.ISSUED, MeasureState.EXECUTING, MeasureState.ACCEPTANCE, MeasureState.OBSERVING]
    if state == MeasureState.CANCELLED:
        return measures.cancel(row, by=who.lead, reason="不再需要")
    for step in steps[: steps.index(state) + 1 if state in steps else 0 if state == MeasureState.DRAFT else None]:
        STEPS[step](row, who)
    if state == MeasureState.CLOSED and row.has_figure:
        next_wave(row, (5,) * 20)
        row.refresh_from_db()
        effects.close(row, by=who.officer)
    return row


def next_wave(measure, scores):
    """The wave after ``measure``: same questionnaire and unit, opened and closed now."""
    return closed_wave(scores, version=measure.baseline_wave.questionnaire_version)


def submit(row, who):
    for task in row.tasks.filter(done_at=None):
        measures.finish_task(task, by=who.owner)
    return measures.submit(row, by=who.owner, comment="已更新", files=[evidence()])


STEPS = {
    MeasureState.ISSUED: lambda row, who: measures.issue(row, by=who.lead),
    MeasureState.EXECUTING: lambda row, who: measures.begin(row, by=who.owner),
    MeasureState.ACCEPTANCE: submit,
    MeasureState.OBSERVING: lambda row, who: verification.accept(row, by=who.officer, sampled="抽查三门课"),
}
