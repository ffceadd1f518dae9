"""The task list of a wave for people to read, and how far waves are, link by link."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from core.workflow import has_contributed
from surveys.choices import CycleStep, Link, Phase
from surveys.models import SurveyTask

WIDTH, GAP = 46, 4  # of a link in the bar


@dataclass(frozen=True)
class Part:
    """One link in a bar: how many of its tasks are done, and where it is drawn."""

    link: Link
    done: int
    total: int

    @property
    def x(self):
        return (self.link - 1) * (WIDTH + GAP)

    @property
    def width(self):
        return WIDTH

    @property
    def filled(self):
        return round(WIDTH * self.done / self.total) if self.total else 0

    @property
    def label(self):
        return self.link.label


@dataclass(frozen=True)
class Bar:
    """How far a wave is: its four links, undone tasks past their limit, and whether it is complete."""

    parts: list
    late: int = 0
    is_complete: bool = False

    @property
    def done(self):
        return sum(part.done for part in self.parts)

    @property
    def total(self):
        return sum(part.total for part in self.parts)

    @property
    def now(self):
        """The link under way: the first with something undone; None when all is done."""
        return next((part.link for part in self.parts if part.done < part.total), None)


def bars(wave_ids):
    """{wave id: Bar} of the waves that have tasks, by those that are needed; one query."""
    late = Count("pk", filter=Q(done_at=None, due_on__lt=timezone.localdate()))
    rows = (
        SurveyTask.objects.filter(wave__in=wave_ids, is_required=True)
        .order_by()
        .values("wave", "step", "wave__completion")
    )
    counts, lates, complete = defaultdict(lambda: [0, 0]), defaultdict(int), set()
    for row in rows.annotate(total=Count("pk"), done=Count("done_at"), late=late):
        cell = counts[row["wave"], CycleStep(row["step"]).link]
        cell[0] += row["done"]
        cell[1] += row["total"]
        lates[row["wave"]] += row["late"]
        if row["wave__completion"]:
            complete.add(row["wave"])
    return {
        pk: Bar([Part(link, *counts[pk, link]) for link in Link if counts[pk, link][1]], lates[pk], pk in complete)
        for pk in lates
    }  # fmt: skip


def bar(wave):
    return bars([wave.pk]).get(wave.pk)


@dataclass(frozen=True)
class Group:
    """A phase with its tasks by step: [(CycleStep, [SurveyTask])]."""

    phase: Phase
    steps: list = field(default_factory=list)


def of_wave(wave):
    """[Group] of the wave's tasks in the order of phases and steps; one query."""
    rows = wave.tasks.select_related("owner", "done_by")
    found = defaultdict(lambda: defaultdict(list))
    for task in rows:
        found[task.phase][task.step].append(task)
    return [
        Group(phase, [(CycleStep(step), found[phase][step]) for step in sorted(found[phase])])
        for phase in Phase
        if phase in found
    ]


def owed_by(user, days=7):
    """Needed, undone tasks of ``user`` whose limit has passed or falls within so many days, the oldest first."""
    until = timezone.localdate() + timedelta(days=days)
    rows = SurveyTask.objects.undone().of_living_waves().filter(owner=user, due_on__lte=until, is_required=True)
    return rows.select_related("wave").order_by("due_on", "pk")


def is_own_work(wave, user):
    """``user`` runs the wave or worked on it, and so does not check how it is carried out (SUR-28)."""
    return wave.owner_id == user.pk or has_contributed(wave, user) or wave.transitions.filter(by=user).exists()
