"""What the page of a record shows of its working: departments, thread, measures, facts, recovery, the customer's word."""

from dataclasses import dataclass, field

from django.utils.functional import cached_property

from complaints.choices import Kind, MeasureResult, Part, State
from complaints.models import FactCheck, ThreadPost
from complaints.selectors import merging, present
from complaints.selectors.people import parts

SPOKEN = (State.REPLIED, State.CLOSED)


def may_remark(complaint):
    """Whether the customer has something to comment on and has not yet: a complaint that was replied to."""
    cycle = complaint.cycle
    if complaint.kind != Kind.COMPLAINT or complaint.state not in SPOKEN or not cycle.replied_at:
        return False
    return not hasattr(cycle, "remark")


def has_conflict(complaint):
    """Whether departments disagree and nobody has settled it; asked once per loaded row."""
    if "_has_conflict" not in complaint.__dict__:
        posts = present.holds(complaint, "posts")
        complaint._has_conflict = posts and ThreadPost.objects.unsettled().filter(complaint=complaint).exists()
    return complaint._has_conflict


def involved_units(complaint):
    """Keys of the departments that take part now; asked once per loaded row."""
    if "_involved" not in complaint.__dict__:
        complaint._involved = set(complaint.involvements.active().values_list("unit", flat=True))
    return complaint._involved


def may_verify(complaint, user):
    """Whether ``user`` neither carried it out nor reported, proposed or decided on it, and it is not about them."""
    row = getattr(complaint, "implementation", None)
    if row is None or user.pk in (row.person_id, row.done_by_id, complaint.decision.decided_by_id):
        return False
    return not parts(complaint).get(user.pk, set()) & {*Part.barred(), Part.PROPOSED.value}


def recoveries(complaint):
    if "_recoveries" not in complaint.__dict__:
        complaint._recoveries = list(complaint.recoveries.select_related("by", "approved_by", "done_by"))
    return complaint._recoveries


@dataclass
class Working:
    """Of one record, for one reader."""

    complaint: object
    user: object
    steps: list = field(default_factory=list)

    def _rows(self, name, *related):
        rows = getattr(self.complaint, name).all()
        rows = rows.select_related(*related) if related else rows
        return list(rows) if present.holds(self.complaint, name) else []

    @cached_property
    def involvements(self):
        return self._rows("involvements", "unit")

    @cached_property
    def posts(self):
        """The thread, as far as the reader may see it."""
        if not present.holds(self.complaint, "posts"):
            return []
        rows = ThreadPost.objects.visible_to(self.user).filter(complaint=self.complaint)
        return list(rows.select_related("by", "unit", "settlement"))

    @cached_property
    def measures(self):
        return self._rows("measures", "unit", "person")

    @property
    def measures_open(self):
        return sum(row.result == MeasureResult.PLANNED for row in self.measures)

    @cached_property
    def checks(self):
        if not present.holds(self.complaint, "fact_checks"):
            return []
        return list(FactCheck.objects.filter(cycle__complaint=self.complaint).select_related("by", "cycle"))

    @cached_property
    def citations(self):
        return self._rows("citations")

    @cached_property
    def violations(self):
        return self._rows("violations")

    @property
    def recoveries(self):
        return recoveries(self.complaint)

    @cached_property
    def remarks(self):
        if not present.holds(self.complaint, "remark"):
            return []
        cycles = self.complaint.cycles.select_related("remark__by").order_by("-n")
        return [(cycle.n, cycle.remark) for cycle in cycles if hasattr(cycle, "remark")]

    @cached_property
    def merge(self):
        return merging.master_of(self.complaint)

    @cached_property
    def parts(self):
        return list(self.complaint.merged.active().select_related("complaint__complainant", "complaint__customer"))

    @cached_property
    def implementation(self):
        return getattr(self.complaint, "implementation", None)

    @cached_property
    def credit(self):
        """The record whose proposer has the credit, where others were merged in."""
        if self.complaint.kind != Kind.SUGGESTION or not self.parts:
            return None
        return min([self.complaint, *(row.complaint for row in self.parts)], key=lambda row: (row.received_at, row.pk))

    def of(self, place):
        return [step for step in self.steps if step.act.place == place]

    @property
    def for_facts(self):
        return self.of("facts")

    @property
    def for_departments(self):
        return self.of("departments")

    @property
    def for_thread(self):
        return self.of("thread")

    @property
    def for_measures(self):
        return self.of("measures")

    @property
    def for_recovery(self):
        return self.of("recovery")

    @property
    def for_remarks(self):
        return self.of("remarks")
