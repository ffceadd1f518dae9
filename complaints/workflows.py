"""The processes of the ledger: one table per kind, one door for all of them."""

from dataclasses import dataclass, field

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints.choices import ExtensionState, Kind, MailState, PauseState
from complaints.choices import State as S
from core.workflow import InvalidTransition, Step, Workflow

_accept = Step("assessment.accept", "complaints.accept")
_direct = Step("handling.handle_directly", "complaints.handle_directly")
_assign = Step("handling.assign", "complaints.assign")
_grant = Step("ending.grant", "complaints.grant_ending", needs_reason=True, note=_("two people"))
_withdraw = Step("ending.withdraw", "complaints.withdraw", needs_reason=True)
_decide = Step("suggestions.decide", "complaints.decide")
_told = Step("suggestions.close", "complaints.close_suggestion")
_answer = Step("enquiries.answer", "complaints.answer")
_pause = Step(
    "pauses.grant_pause",
    "complaints.decide_pause",
    note=_("two people; at once where we wait for the customer's answer"),
)
_resume = Step("pauses.resume", "complaints.resume", note=_("also by the clock, and when the customer answers"))
SUSPENDED = {S.SUSPENDED: {S.HANDLING: _resume, S.WITHDRAWN: _withdraw}}
ENDS = {S.CLOSED: {}, S.DECLINED: {}, S.WITHDRAWN: {}, S.VOIDED: {}}

COMPLAINT = {
    S.REGISTERED: {
        S.ACCEPTED: _accept,
        S.HANDLING: _direct,
        S.DECLINED: _grant,
        S.WITHDRAWN: _withdraw,
        S.VOIDED: _grant,
    },
    S.ACCEPTED: {S.ASSIGNED: _assign, S.WITHDRAWN: _withdraw},
    S.ASSIGNED: {
        S.HANDLING: Step("handling.take", "complaints.take"),
        S.ACCEPTED: Step("handling.give_back", "complaints.give_back", needs_reason=True),
        S.WITHDRAWN: _withdraw,
    },
    S.HANDLING: {
        S.ASSIGNED: Step("handling.reassign", "complaints.reassign", needs_reason=True),
        S.REVIEW: Step("replies.submit", "complaints.submit_reply"),
        S.SUSPENDED: _pause,
        S.WITHDRAWN: _withdraw,
    },
    **SUSPENDED,
    S.REVIEW: {
        S.HANDLING: Step("replies.send_back", "complaints.decide_reply", needs_reason=True),
        S.REPLIED: Step("replies.approve", "complaints.decide_reply"),
        S.WITHDRAWN: _withdraw,
    },
    S.REPLIED: {
        S.CLOSED: Step("call_backs.log", "complaints.log_call_back", note=_("resolved, or three times not reached")),
        S.HANDLING: Step("call_backs.log", "complaints.log_call_back", note=_("not resolved: a new cycle")),
    },
    **ENDS,
    S.CLOSED: {S.HANDLING: Step("cycles.reopen", "complaints.reopen", needs_reason=True, note=_("within 60 days"))},
}

SUGGESTION = {
    S.REGISTERED: {
        S.EVALUATING: Step("suggestions.pass_on", "complaints.pass_on"),
        S.DECLINED: _grant,
        S.WITHDRAWN: _withdraw,
        S.VOIDED: _grant,
    },
    S.EVALUATING: {
        S.REGISTERED: Step("suggestions.give_back", "complaints.decide", needs_reason=True),
        S.ADOPTED: _decide,
        S.PARTLY: _decide,
        S.NOT_ADOPTED: _decide,
        S.DEFERRED: _decide,
        S.WITHDRAWN: _withdraw,
    },
    S.DEFERRED: {S.EVALUATING: Step("suggestions.take_up", "complaints.take_up", note=_("also by the clock"))},
    S.ADOPTED: {S.CLOSED: _told},
    S.PARTLY: {S.CLOSED: _told},
    S.NOT_ADOPTED: {S.CLOSED: _told},
    **ENDS,
}

# Enquiries and praise: answered at once, or by whoever took it on.
SHORT = {
    S.REGISTERED: {S.HANDLING: _direct, S.CLOSED: _answer, S.WITHDRAWN: _withdraw, S.VOIDED: _grant},
    S.HANDLING: {S.CLOSED: _answer, S.SUSPENDED: _pause, S.WITHDRAWN: _withdraw},
    **SUSPENDED,
    **ENDS,
}

TABLES = {Kind.COMPLAINT: COMPLAINT, Kind.SUGGESTION: SUGGESTION, Kind.ENQUIRY: SHORT, Kind.PRAISE: SHORT}


def together(tables):
    """All edges of several tables; an edge that two of them share is the same step."""
    return {state: {to: step for table in tables for to, step in table.get(state, {}).items()} for state in S}


@dataclass
class ByKind(Workflow):
    """A process whose table depends on the kind of the row; ``table`` holds the edges of all kinds."""

    by_kind: dict = field(default_factory=dict, repr=False)

    def move(self, obj, to, **options):
        old, new = self.states(obj.state), self.states(to)
        if new not in self.by_kind[Kind(obj.kind)].get(old, {}):
            text = gettext("%(kind)s: this cannot go from “%(old)s” to “%(new)s”.")
            raise InvalidTransition(text % {"kind": Kind(obj.kind).label, "old": old.label, "new": new.label})
        return super().move(obj, to, **options)

    def targets_of(self, obj):
        """States that ``obj`` can reach in one step."""
        return tuple(self.by_kind[Kind(obj.kind)].get(self.states(obj.state), {}))


LEDGER = ByKind(
    model="complaints.Complaint",
    states=S,
    title=_("Complaint, suggestion, enquiry or praise"),
    table=together(TABLES.values()),
    by_kind=TABLES,
)

_take = Step("mails.take_mail", "complaints.take_mail", note=_("with a new record, or to an open one"))
_dismiss = Step("mails.dismiss_mail", "complaints.take_mail", needs_reason=True)
_answered = Step(
    "mail_replies.mark_sent", "complaints.answer_mail", note=_("when the mail has left, or somebody called")
)
_no_reply = Step("mails.settle_mail", "complaints.answer_mail", needs_reason=True)
_returned = Step("mail_replies.mark_failed", note=_("the answer came back undelivered"))

MAILS = Workflow(
    model="complaints.MailItem",
    states=MailState,
    title=_("Mail to the service desk"),
    table={
        MailState.HELD: {
            MailState.OPEN: _take,
            MailState.NEW: Step("mails.release_mail", "complaints.release_mail", needs_reason=True),
            MailState.DISMISSED: _dismiss,
        },
        MailState.NEW: {MailState.OPEN: _take, MailState.DISMISSED: _dismiss},
        MailState.OPEN: {
            MailState.INTERIM: _answered,
            MailState.ANSWERED: _answered,
            MailState.NO_REPLY: _no_reply,
        },
        MailState.INTERIM: {
            MailState.OPEN: _returned,
            MailState.ANSWERED: _answered,
            MailState.NO_REPLY: _no_reply,
        },
        MailState.ANSWERED: {MailState.OPEN: _returned},
        MailState.NO_REPLY: {},
        MailState.DISMISSED: {MailState.NEW: Step("mails.take_back_mail", "complaints.take_mail_back")},
    },
)

PAUSES = Workflow(
    model="complaints.Pause",
    states=PauseState,
    title=_("Pause of a cycle"),
    table={
        PauseState.ASKED: {
            PauseState.RUNNING: _pause,
            PauseState.REFUSED: Step("pauses.refuse_pause", "complaints.decide_pause", needs_reason=True),
            PauseState.LAPSED: Step("cycles.close_cycle", note=_("with the end of the record, or the reply")),
        },
        PauseState.RUNNING: {PauseState.ENDED: _resume},
        PauseState.REFUSED: {},
        PauseState.ENDED: {},
        PauseState.LAPSED: {},
    },
)

EXTENSIONS = Workflow(
    model="complaints.Extension",
    states=ExtensionState,
    title=_("Extension of the result"),
    table={
        ExtensionState.REQUESTED: {
            ExtensionState.APPROVED: Step(
                "extensions.approve_extension", "complaints.decide_extension", note=_("two people, at most twice")
            ),
            ExtensionState.REJECTED: Step(
                "extensions.reject_extension", "complaints.decide_extension", needs_reason=True
            ),
            ExtensionState.LAPSED: Step("cycles.close_cycle", note=_("with the end of the record")),
        },
        ExtensionState.APPROVED: {},
        ExtensionState.REJECTED: {},
        ExtensionState.LAPSED: {},
    },
)
