"""What each service project owes its customer in a quarter: the manager's questionnaire, and the sales survey when it is due (SUR-19, 20)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q
from django.utils import timezone

from core import periods
from core.choices import PeriodKind
from core.models import Event
from customers.choices import ProjectState
from customers.models import Project, ProjectMilestone
from surveys.models import Response


@dataclass(frozen=True)
class Duty:
    """A project with the day its customer last answered in the quarter, and since when a sales survey is owed."""

    project: Project
    answered_on: date | None
    sales_due_on: date | None
    sales_answered_on: date | None

    @property
    def lacks_questionnaire(self):
        return self.answered_on is None

    @property
    def lacks_sales_survey(self):
        return self.sales_due_on is not None and self.sales_answered_on is None


def of_quarter(user, day=None):
    """[Duty] of the projects ``user`` sees that run in the quarter of ``day`` or ended in it; four queries.

    An answer counts for a project when the service it rates belongs to it, or, where no service is named, when the
    project's customer gave it. Answers of anonymous waves count for nobody.
    """
    return _of(Project.objects.visible_to(user), day or timezone.localdate())


def of_quarter_everywhere(day):
    """[Duty] of every project, for the clock."""
    return _of(Project.objects.all(), day)


def _of(projects, day):
    period = periods.of(PeriodKind.QUARTER, day)
    projects = projects.filter(starts_on__lte=period.ends_on)
    ended = _completed(period)
    projects = projects.filter(Q(state=ProjectState.RUNNING) | Q(pk__in=ended) | Q(pk__in=_completed_after(period)))
    projects = list(projects.select_related("customer", "manager", "sales_owner", "unit").order_by("code"))
    answers, due = _answers(projects, period), _sales_due(projects, period, ended)
    return [_duty(project, answers, due.get(project.pk)) for project in projects]


def _completed(period):
    """{project id: day} of the projects completed within the quarter."""
    events = Event.objects.filter(subject="customers.project", to_state=ProjectState.COMPLETED)
    events = events.filter(at__date__range=(period.starts_on, period.ends_on))
    return {pk: timezone.localdate(at) for pk, at in events.values_list("subject_id", "at")}


def _completed_after(period):
    """Ids of the projects that still ran then and have been completed since."""
    events = Event.objects.filter(subject="customers.project", to_state=ProjectState.COMPLETED)
    return events.filter(at__date__gt=period.ends_on).values("subject_id")


def _answers(projects, period):
    """{customer id: [(project id or None, day of the last answer)]} of the quarter.

    An answer about a service of no project counts for none.
    """
    rows = Response.objects.valid().filter(
        submitted_on__range=(period.starts_on, period.ends_on),
        invitation__customer__in={project.customer_id for project in projects},
    )
    rows = rows.exclude(invitation__service_record__isnull=False, invitation__service_record__project=None)
    rows = rows.values_list("invitation__customer", "invitation__service_record__project")
    found = {}
    for customer, named, day in rows.annotate(last_on=Max("submitted_on")).order_by():
        found.setdefault(customer, []).append((named, day))
    return found


def _sales_due(projects, period, ended):
    """{project id: day} on which a key milestone or the end of the project made a sales survey due."""
    reached = ProjectMilestone.objects.filter(
        project__in=projects, is_key=True, reached_on__range=(period.starts_on, period.ends_on)
    )
    due = dict(reached.order_by("reached_on").values_list("project", "reached_on"))
    return due | {pk: max(day, due.get(pk, day)) for pk, day in ended.items()}


def _duty(project, answers, due_on):
    days = [day for named, day in answers.get(project.customer_id, ()) if named in (None, project.pk)]
    after = [day for day in days if due_on and day >= due_on]
    return Duty(project, max(days, default=None), due_on, max(after, default=None))
