"""Service contracts and their milestones."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import numbering
from core.workflow import InvalidTransition, record, start
from core.workflow import edit as edit_row
from customers.choices import ProjectState
from customers.models import Project, ProjectMilestone
from customers.workflows import PROJECT


@transaction.atomic
def create(*, by, **fields):
    """A new project; without ``code`` the next number XM-<year>-… is taken, without ``unit`` the customer's branch."""
    project = Project(**fields)
    project.unit_id = project.unit_id or project.customer.unit_id
    project.code = project.code or numbering.take("XM")
    return start(project, by=by)


def edit(project, *, by, expected_version=None, **fields):
    return edit_row(project, by=by, expected_version=expected_version, **fields)


def begin(project, *, by):
    PROJECT.move(project, ProjectState.RUNNING, by=by)
    return project


def complete(project, *, by):
    """Done today, unless the end day says otherwise."""
    PROJECT.move(project, ProjectState.COMPLETED, by=by, ends_on=project.ends_on or timezone.localdate())
    return project


def cancel(project, *, by, comment):
    PROJECT.move(project, ProjectState.CANCELLED, by=by, comment=comment)
    return project


@transaction.atomic
def add_milestone(project, *, by, **fields):
    if project.state in ProjectState.ended():
        raise InvalidTransition(_("The project has ended."))
    milestone = ProjectMilestone.objects.create(project=project, **fields)
    record(
        project,
        "milestone_added",
        by=by,
        payload={"milestone": milestone.pk, "due_on": str(milestone.due_on)},
    )
    return milestone


@transaction.atomic
def reach_milestone(milestone, *, by, on=None):
    """The milestone was reached on day ``on`` (default today); safe to repeat."""
    on = on or timezone.localdate()
    if ProjectMilestone.objects.filter(pk=milestone.pk, reached_on=None).update(
        reached_on=on, updated_at=timezone.now()
    ):
        milestone.reached_on = on
        record(milestone.project, "milestone_reached", by=by, payload={"milestone": milestone.pk, "on": str(on)})
    return milestone
