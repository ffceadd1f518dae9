"""Reminding of ratings that are missing: three days before they are due, on the day, and every week after it."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from appraisal.choices import CycleState
from appraisal.models import AppraisalCycle
from appraisal.services.cycles import missing_ratings
from appraisal.services.tell import tell

DAYS_BEFORE = 3
EVERY_DAYS = 7


def cycles_to_remind(now=None):
    """Cycles being rated whose ratings are due within three days, or late."""
    soon = (now or timezone.now()) + timedelta(days=DAYS_BEFORE)
    return AppraisalCycle.objects.filter(state=CycleState.SCORING, ratings_due__lte=soon).order_by("pk")


def remind(cycle, now=None):
    """Tell whoever owes a rating. A second call for the same stage does nothing."""
    stage = stage_of(cycle.ratings_due, now or timezone.now())
    for person in {rater for _sheet, _source, rater in missing_ratings(cycle) if rater}:
        tell("rating_due", person, url=reverse("appraisal:ratings"), about=cycle.pk, key=f"{cycle.pk}:{stage}")


def stage_of(due, now):
    """soon, today, or overdue with the number of the week."""
    if due < now:
        return f"overdue{(now - due).days // EVERY_DAYS}"
    return "today" if timezone.localdate(due) == timezone.localdate(now) else "soon"
