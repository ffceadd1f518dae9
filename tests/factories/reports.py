"""Closed waves with answers, and reports in any state, reached the way users reach it."""

from datetime import timedelta

from django.utils import timezone

from accounts.choices import Role
from core import periods
from reports.services import reports
from surveys.services import waves
from tests.factories import surveys as make


def period_now():
    """The quarter in whose books today's closures fall."""
    period = periods.containing("quarter", timezone.localdate())
    if period.cut_off <= timezone.now():
        period = periods.containing("quarter", period.ends_on.replace(day=28) + timedelta(days=10))
    return period


def closed_wave(scores, *, version=None, **fields):
    """A closed wave in which the people of the audience gave ``scores`` in turn: a number, or {question code: value}."""
    made = make.wave(version, **fields)
    waves.schedule(made, by=made.owner)
    waves.open(made, by=made.owner)
    for holder, score in zip(make.holders(made), scores, strict=False):
        answers = score if isinstance(score, dict) else {"score": score}
        make.answer(made, holder, **answers)
    waves.close(made, by=made.owner)
    return made


def draft(scores=(5, 4, 4, 3, 5, 4, 2, 5), **fields):
    """A draft report of the running quarter about one closed wave."""
    make.contacts(len(scores))
    closed_wave(scores, **fields)
    return reports.make(period_now())


def people():
    """(author, reviewer, issuer) of reports."""
    return make.person(Role.SURVEY_OFFICER), make.person(Role.LEAD), make.person(Role.EXECUTIVE)


def reviewed(report=None):
    author, reviewer, _issuer = people()
    report = report or draft()
    reports.submit(report, by=author)
    reports.approve(report, by=reviewer)
    return report


def issued(report=None):
    report = reviewed(report)
    reports.issue(report, by=make.person(Role.EXECUTIVE))
    return report
