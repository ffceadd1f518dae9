"""What an inspection can look at: each focus asks its providers, and upper apps register theirs.

add_checklist(Focus.MEASURES, provider)    # provider(user, inspection) -> records, at most LIMIT of them
"""

from collections import defaultdict
from dataclasses import dataclass

from complaints.models import Complaint
from improvements.choices_supervision import Focus
from improvements.models import Measure
from improvements.selectors.figures import moments
from surveys.models import PlanActivity, SurveyPlan, Wave

LIMIT = 30
PROVIDERS = defaultdict(list)


@dataclass(frozen=True)
class Record:
    """One record to look at: ``key`` is unique ("app.model:id"), ``note`` says in a word how it stands."""

    key: str
    number: str
    title: str
    url: str
    note: str = ""


def add_checklist(focus, provider):
    PROVIDERS[str(focus)].append(provider)


def records(user, inspection, focus):
    """Records of the inspected unit and days that belong to ``focus`` and that ``user`` may see."""
    return [row for provider in PROVIDERS[str(focus)] for row in provider(user, inspection)]


def of_row(row, number, title, note=""):
    return Record(f"{row._meta.label_lower}:{row.pk}", str(number), str(title), row.get_absolute_url(), str(note))


def _of_unit(rows, inspection, path="unit"):
    if inspection.unit_id is None:
        return rows
    return rows.filter(**{f"{path}__path__startswith": inspection.unit.path})


def planned_surveys(user, inspection):
    """Activities of survey plans that fall into the days, each with the state of its wave."""
    rows = PlanActivity.objects.filter(
        plan_id__in=_of_unit(SurveyPlan.objects.visible_to(user), inspection).values("pk"),
        ends_on__gte=inspection.starts_on, starts_on__lte=inspection.ends_on,
    ).select_related("plan").order_by("starts_on")[:LIMIT]  # fmt: skip
    for row in rows:
        yield Record(
            f"surveys.planactivity:{row.pk}", f"{row.starts_on:%Y-%m-%d}", str(row), row.plan.get_absolute_url()
        )


def closed_waves(user, inspection):
    """Waves whose answers came in during the days."""
    since, until = moments(inspection.starts_on, inspection.ends_on)
    rows = _of_unit(Wave.objects.visible_to(user), inspection).filter(closed_at__gte=since, closed_at__lt=until)
    for row in rows.order_by("-closed_at")[:LIMIT]:
        yield of_row(row, row.code, row, row.get_state_display())


def complaints(user, inspection):
    """Complaints and suggestions received in the days, without what came from a past ledger: nobody handled it here."""
    since, until = moments(inspection.starts_on, inspection.ends_on)
    rows = _of_unit(Complaint.objects.visible_to(user), inspection).filter(
        received_at__gte=since, received_at__lt=until, cycle__isnull=False
    )
    for row in rows.order_by("-received_at")[:LIMIT]:
        yield of_row(row, row.number, row.title, row.state_badge.label)


def measures(user, inspection):
    """Measures that were due or issued in the days."""
    since, until = moments(inspection.starts_on, inspection.ends_on)
    rows = _of_unit(Measure.objects.visible_to(user), inspection).filter(issued_at__lt=until, current_due__gte=since)
    for row in rows.select_related("case").order_by("current_due")[:LIMIT]:
        yield of_row(row, row.number, row.title, row.state_badge.label)


def register():
    add_checklist(Focus.PLAN, planned_surveys)
    add_checklist(Focus.DATA, closed_waves)
    add_checklist(Focus.VOICES, complaints)
    add_checklist(Focus.MEASURES, measures)
