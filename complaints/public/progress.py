"""What became of a record, in the customer's words: dates, units and what was told; no person, no note, no personal data."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints.choices import Clock, Decision, Kind, Outcome, PauseState, RecoveryState, State
from complaints.models import Complaint, Extension, ProgressReport
from complaints.public.words import moment
from complaints.selectors import merging
from complaints.selectors.tracking import ADDED
from complaints.selectors.working import may_remark
from core.i18n import pick

LOOKED_INTO = (State.REVIEW, State.REPLIED, State.CLOSED)
CUT_SHORT = (State.DECLINED, State.WITHDRAWN, State.VOIDED)
WITHDRAWABLE = (
    State.REGISTERED, State.ACCEPTED, State.ASSIGNED, State.HANDLING, State.SUSPENDED, State.REVIEW, State.EVALUATING,
)  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """One thing that happened or is to come; ``tone`` is done, now or todo."""

    title: str
    text: str
    tone: str


@dataclass(frozen=True)
class Told:
    """What we told the customer at ``at``: (heading or empty, text) of each part."""

    at: datetime
    parts: tuple


def _sent(model, at, text):
    rows = model.objects.filter(cycle=OuterRef("pk"), **{f"{at}__isnull": False}).order_by("pk")
    return ArraySubquery(rows.values(said=JSONObject(at=at, text=text)))


def _written(reply):
    return Told(reply.sent_at, (
        (_("What we did"), reply.measures), (_("What came of it"), reply.result),
        (_("What it means for you"), reply.meaning), ("", reply.thanks),
    ))  # fmt: skip


@dataclass
class Progress:
    """Of one record; ``complaint`` comes with its cycle, reply and decision."""

    complaint: Complaint
    _rows: list = field(default_factory=list, repr=False)

    @property
    def cycle(self):
        return self.complaint.cycle

    @cached_property
    def cycles(self):
        """With what was sent meanwhile: ``reported`` and ``extended`` are lists of {"at", "text"}."""
        rows = self.complaint.cycles.select_related("reply").order_by("n")
        return list(
            rows.annotate(
                reported=_sent(ProgressReport, "sent_at", "text"), extended=_sent(Extension, "told_at", "told")
            )
        )

    @cached_property
    def unit(self):
        return pick(self.complaint.unit, "name") if self.complaint.unit_id else ""

    @cached_property
    def decision(self):
        """The decision on a suggestion once its proposer was told, or the record is closed with it."""
        found = getattr(self.complaint, "decision", None)
        return found if found and (found.told_at or self.complaint.state == State.CLOSED) else None

    @cached_property
    def marks(self):
        """All Marks in order; the first that is not done is where it stands now."""
        self._rows = []
        self._happened(_("Registered"), self.complaint.received_at)
        if self.cycle.n > 1:
            self._happened(_("Taken up again"), self.cycle.started_at)
        if self.complaint.state == State.MERGED:
            self._merged()
        elif self.complaint.state in CUT_SHORT:
            self._cut_short()
        elif self.complaint.kind == Kind.SUGGESTION:
            self._suggestion()
        elif self.complaint.kind == Kind.COMPLAINT:
            self._complaint()
        else:
            self._short()
        first = next((at for at, (_title, _text, is_done) in enumerate(self._rows) if not is_done), None)
        return [
            Mark(title, text, "done" if is_done else "now" if at == first else "todo")
            for at, (title, text, is_done) in enumerate(self._rows)
        ]

    @cached_property
    def master(self):
        """The record it is handled with, or None."""
        found = merging.master_of(self.complaint)
        return found.master if found else None

    @property
    def may_say(self):
        """The reply can be commented and the handling rated, once per cycle."""
        return may_remark(self.complaint)

    @cached_property
    def remark(self):
        return getattr(self.cycle, "remark", None)

    @property
    def may_add(self):
        return self.complaint.is_open

    @cached_property
    def added(self):
        """What the customer added on this page: (moment, words), the latest first."""
        if not getattr(self.complaint, "has_added", True):
            return []
        rows = self.complaint.transitions.filter(kind=ADDED).order_by("-at", "-pk")
        return list(rows.values_list("at", "comment"))

    @property
    def may_take_back(self):
        return self.complaint.state in WITHDRAWABLE

    @cached_property
    def remedies(self):
        """What was approved to make up for it, in the words the customer was promised."""
        if not getattr(self.complaint, "has_remedies", True):
            return []
        return list(self.complaint.recoveries.filter(state__in=RecoveryState.promised()))

    @property
    def now(self):
        """The Mark it stands at: the one under way, or the last of a record that ended."""
        return next((mark for mark in self.marks if mark.tone == "now"), self.marks[-1])

    @property
    def is_late(self):
        """A promise is past and not kept yet."""
        return self.complaint.is_open and self.cycle.is_overdue

    @property
    def told(self):
        """Everything we told the customer in writing, the latest first."""
        rows = []
        for cycle in self.cycles:
            reply = getattr(cycle, "reply", None)
            if reply and reply.sent_at:
                rows.append(_written(reply))
            for one in (*cycle.reported, *cycle.extended):
                rows.append(Told(datetime.fromisoformat(one["at"]), (("", one["text"]),)))
        shared = getattr(self.master.cycle, "reply", None) if self.master else None
        if shared and shared.sent_at:
            rows.append(_written(shared))
        if self.decision:
            reason = (Decision(self.decision.outcome).label, self.decision.reason)
            rows.append(Told(self.decision.told_at or self.decision.decided_at, (reason,)))
        return sorted(rows, key=lambda one: one.at, reverse=True)

    @cached_property
    def pause(self):
        """The pause that runs, or None."""
        running = self.cycle.pauses.filter(state=PauseState.RUNNING).select_related("reason")
        return running.first() if self.cycle.is_paused else None

    # The rows of each kind ---------------------------------------------------------------------------

    def _happened(self, title, at, text=""):
        self._rows.append((title, " · ".join(filter(None, [moment(at), text])), True))

    def _to_come(self, title, text=""):
        self._rows.append((title, text, False))

    def _promised(self, title, at, due, text=""):
        """Done at ``at``, or promised until ``due``."""
        if at:
            return self._happened(title, at, text)
        if due is None:
            words = _("We cannot go on just now; we take it up again on %(day)s at the latest.")
            if self.pause.reason.ends_on_reply:
                words = _(
                    "We wait for your answer. You can give it below; we go on at once, and on %(day)s at the latest."
                )
            return self._to_come(title, words % {"day": date_format(self.pause.resume_on, "DATE_FORMAT")})
        if due < timezone.now():
            return self._to_come(
                title, _("Promised by %(due)s; it takes longer, and we are sorry.") % {"due": moment(due)}
            )
        if self.cycle.original_due and due == self.cycle.result_due:
            words = {"due": moment(due), "before": moment(self.cycle.original_due)}
            return self._to_come(title, _("by %(due)s, and not by %(before)s as we had said") % words)
        return self._to_come(title, _("by %(due)s") % {"due": moment(due)})

    def _response(self):
        if self.cycle.response_due:
            at = self.cycle.stopped_at(Clock.RESPONSE)
            self._promised(_("First response"), at, self.cycle.response_due)

    def _complaint(self):
        self._response()
        reply = getattr(self.cycle, "reply", None)
        sent_at = reply.sent_at if reply else None
        is_looked_into = bool(sent_at) or self.complaint.state in LOOKED_INTO
        self._rows.append((_("What happened is looked into"), self.unit, is_looked_into))
        self._promised(pgettext("progress", "Result"), sent_at, self.cycle.result_due)
        title = _("You are asked whether it is resolved")
        if self.cycle.closed_at:
            reached = self.cycle.outcome == Outcome.RESOLVED
            text = _("You said that it is resolved.") if reached else _("We could not reach you.")
            return self._happened(pgettext("progress", "Closed"), self.cycle.closed_at, text)
        return self._to_come(title, _("By a colleague who had no part in it; then it is closed."))

    def _suggestion(self):
        self._rows.append((_("Is being evaluated"), self.unit, self.complaint.state not in
                           (State.REGISTERED, State.EVALUATING)))  # fmt: skip
        if not self.decision:
            return self._promised(_("Decision, with the reason"), None, self.cycle.result_due)
        self._happened(Decision(self.decision.outcome).label, self.decision.decided_at)
        if self.decision.review_on:
            text = _("on %(day)s") % {"day": date_format(self.decision.review_on, "DATE_FORMAT")}
            return self._to_come(_("Looked at again"), text)
        if self.complaint.state in State.taken_up() or hasattr(self.complaint, "implementation"):
            self._into_effect()
        return None

    def _into_effect(self):
        row = getattr(self.complaint, "implementation", None)
        if row is not None and row.verified_at:
            return self._happened(_("In effect"), row.verified_at)
        text = _("by %(due)s") % {"due": date_format(row.due_on, "DATE_FORMAT")} if row else ""
        return self._to_come(_("Is being put into effect"), text)

    def _merged(self):
        """Its own part, and how far the record is that it is handled with: dates only, nobody's words."""
        self._happened(_("Handled together with %(number)s") % {"number": self.master.number}, self.cycle.closed_at)
        theirs = self.master.cycle
        if self.master.state in (*CUT_SHORT, State.CLOSED):
            return self._happened(pgettext("progress", "Closed"), theirs.closed_at)
        return self._promised(pgettext("progress", "Result"), theirs.replied_at, theirs.result_due)

    def _short(self):
        self._response()
        title = _("Passed on and answered") if self.complaint.kind == Kind.PRAISE else pgettext("complaint", "Answered")
        self._promised(title, self.cycle.closed_at, self.cycle.result_due)

    def _cut_short(self):
        words = {
            State.DECLINED: (_("Not taken up"), _("We cannot settle this matter. Please call us: we explain why and who can.")),
            State.WITHDRAWN: (_("Withdrawn"), _("as you wished")),
            State.VOIDED: (_("Closed without handling"), _("If this surprises you, please call us.")),
        }  # fmt: skip
        title, text = words[State(self.complaint.state)]
        self._happened(title, self.cycle.closed_at, text)
