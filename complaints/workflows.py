"""The processes of the ledger: one table per kind, one door for all of them."""

from dataclasses import dataclass, field

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints.choices import (
    CannedState,
    ExtensionState,
    Kind,
    MailState,
    PastState,
    PauseState,
    RecoveryState,
    RiskState,
)
from complaints.choices import State as S
from core.workflow import InvalidTransition, Step, Workflow

# What each step leads to, in words; the page of the process and docs/states show them.
_accept = Step(
    "assessment.accept",
    "complaints.accept",
    effect=_("The assessment is stored, with priority; the response clock runs on."),
)
_direct = Step(
    "handling.handle_directly",
    "complaints.handle_directly",
    note=_("an ordinary matter"),
    effect=_("Who takes it on is the handler."),
)
_assign = Step("handling.assign", "complaints.assign", effect=_("Unit and handler are named; the handler is told."))
_grant = Step(
    "ending.grant",
    "complaints.grant_ending",
    needs_reason=True,
    note=_("two people"),
    effect=_("The record ends; its number stays used."),
)
_withdraw = Step(
    "ending.withdraw",
    "complaints.withdraw",
    needs_reason=True,
    note=_("also by the customer on the tracking page"),
    effect=_("The record ends without an answer and counts as neither late nor kept."),
)
_merge = Step(
    "merging.merge",
    "complaints.merge",
    needs_reason=True,
    note=_("the same customer, or a mass event; never onto a merged record"),
    effect=_(
        "Its work goes on in the other record, which takes the earliest receipt and the tightest due moment; the customer is told the number."
    ),
)
_unmerge = Step(
    "merging.unmerge",
    "complaints.grant_unmerge",
    needs_reason=True,
    note=_("two people"),
    effect=_("It goes on by itself in a new cycle; its clocks run from the first receipt."),
)
_decide = Step(
    "suggestions.decide",
    "complaints.decide",
    effect=_("The proposer is thanked and told the reason; the result clock stops."),
)
_told = Step(
    "suggestions.close",
    "complaints.close_suggestion",
    note=_("the proposer was told"),
    effect=_("The figures of the cycle are frozen."),
)
_implement = Step(
    "implementing.implement",
    "complaints.implement",
    effect=_("Department, person and day are named; improvement hears of it and proposes a case."),
)
_answer = Step("enquiries.answer", "complaints.answer", effect=_("The customer is answered; both clocks stop."))
_pause = Step(
    "pauses.grant_pause",
    "complaints.decide_pause",
    note=_("two people; at once where we wait for the customer's answer"),
    effect=_("The result clock stands still; what is left of it is shown."),
)
_resume = Step(
    "pauses.resume",
    "complaints.resume",
    note=_("also by the clock, and when the customer answers"),
    effect=_("The result clock goes on with what was left of it."),
)
SUSPENDED = {S.SUSPENDED: {S.HANDLING: _resume, S.WITHDRAWN: _withdraw}}
_take_back = Step(
    "past_ledgers.take_back",
    "complaints.take_back_past",
    needs_reason=True,
    note=_("with all records of its import"),
    effect=_("It is void; its number stays used, and the old ledger can be imported again."),
)
ENDS = {S.CLOSED: {}, S.DECLINED: {}, S.WITHDRAWN: {}, S.VOIDED: {}, S.MERGED: {}, S.PAST: {S.VOIDED: _take_back}}

COMPLAINT = {
    S.REGISTERED: {
        S.ACCEPTED: _accept,
        S.HANDLING: _direct,
        S.DECLINED: _grant,
        S.WITHDRAWN: _withdraw,
        S.VOIDED: _grant,
        S.MERGED: _merge,
    },
    S.ACCEPTED: {S.ASSIGNED: _assign, S.WITHDRAWN: _withdraw, S.MERGED: _merge},
    S.ASSIGNED: {
        S.HANDLING: Step("handling.take", "complaints.take", effect=_("The handler has signed for it.")),
        S.ACCEPTED: Step(
            "handling.give_back",
            "complaints.give_back",
            needs_reason=True,
            note=_("a second time only by a lead"),
            effect=_("Who assigned it is told; the clocks run on."),
        ),
        S.WITHDRAWN: _withdraw,
        S.MERGED: _merge,
    },
    S.HANDLING: {
        S.ASSIGNED: Step(
            "handling.reassign",
            "complaints.reassign",
            needs_reason=True,
            effect=_("What was found out stays; the new handler is told."),
        ),
        S.REVIEW: Step(
            "replies.submit",
            "complaints.submit_reply",
            note=_("facts, responsibility and reply are there; the departments agree"),
            effect=_("Reviewers are told; the reply waits unchanged."),
        ),
        S.SUSPENDED: _pause,
        S.WITHDRAWN: _withdraw,
        S.MERGED: _merge,
    },
    **SUSPENDED,
    S.REVIEW: {
        S.HANDLING: Step(
            "replies.send_back",
            "complaints.decide_reply",
            needs_reason=True,
            effect=_("The handler is told what is missing."),
        ),
        S.REPLIED: Step(
            "replies.approve",
            "complaints.decide_reply",
            effect=_(
                "The reply stands; by mail it goes out at once and stops the result clock. Improvement hears of a justified complaint."
            ),
        ),
        S.WITHDRAWN: _withdraw,
    },
    S.REPLIED: {
        S.CLOSED: Step(
            "call_backs.log",
            "complaints.log_call_back",
            note=_("resolved, or three times not reached"),
            effect=_("The figures of the cycle are frozen; surveys may ask the customer again."),
        ),
        S.HANDLING: Step(
            "call_backs.log",
            "complaints.log_call_back",
            note=_("not resolved: a new cycle"),
            effect=_("The old cycle is frozen as not resolved; new clocks run from now on."),
        ),
    },
    **ENDS,
    S.CLOSED: {
        S.HANDLING: Step(
            "cycles.reopen",
            "complaints.reopen",
            needs_reason=True,
            note=_("within 60 days"),
            effect=_("A new cycle with clocks of its own."),
        )
    },
    S.MERGED: {S.REGISTERED: _unmerge, S.ACCEPTED: _unmerge, S.ASSIGNED: _unmerge, S.HANDLING: _unmerge},
}

SUGGESTION = {
    S.REGISTERED: {
        S.EVALUATING: Step(
            "suggestions.pass_on",
            "complaints.pass_on",
            note=_("screened: ours, and nobody proposed it before"),
            effect=_("The department that owns the matter judges it."),
        ),
        S.DECLINED: _grant,
        S.WITHDRAWN: _withdraw,
        S.VOIDED: _grant,
        S.MERGED: _merge,
    },
    S.EVALUATING: {
        S.REGISTERED: Step(
            "suggestions.give_back",
            "complaints.decide",
            needs_reason=True,
            effect=_("It waits for another department."),
        ),
        S.ADOPTED: _decide,
        S.PARTLY: _decide,
        S.NOT_ADOPTED: _decide,
        S.DEFERRED: _decide,
        S.WITHDRAWN: _withdraw,
        S.MERGED: _merge,
    },
    S.DEFERRED: {
        S.EVALUATING: Step(
            "suggestions.take_up", "complaints.take_up", note=_("also by the clock"), effect=_("A new cycle begins.")
        )
    },
    S.ADOPTED: {S.IMPLEMENTING: _implement, S.CLOSED: _told},
    S.PARTLY: {S.IMPLEMENTING: _implement, S.CLOSED: _told},
    S.NOT_ADOPTED: {S.CLOSED: _told},
    S.IMPLEMENTING: {
        S.IMPLEMENTED: Step(
            "implementing.verify",
            "complaints.verify_implemented",
            note=_("reported done; by somebody who neither carried it out nor decided on it"),
            effect=_("The proposer is thanked and told what is in effect now."),
        )
    },
    S.IMPLEMENTED: {
        S.CLOSED: Step(
            "implementing.close",
            "complaints.close_implemented",
            note=_("the proposer was thanked"),
            effect=_("The figures of the cycle are frozen."),
        )
    },
    **ENDS,
    S.MERGED: {S.REGISTERED: _unmerge, S.EVALUATING: _unmerge},
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
    begins=(S.PAST,),
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
_pay = Step(
    "recovery.decide",
    "complaints.decide_recovery",
    note=_("two people above the limit"),
    effect=_("Who proposed it is told."),
)

RECOVERY = Workflow(
    model="complaints.Recovery",
    states=RecoveryState,
    title=_("Recovery of a dissatisfied customer"),
    table={
        RecoveryState.PROPOSED: {RecoveryState.APPROVED: _pay, RecoveryState.REFUSED: _pay},
        RecoveryState.APPROVED: {
            RecoveryState.DONE: Step(
                "recovery.finish", "complaints.finish_recovery", effect=_("How the customer took it is on record."))
        },
        RecoveryState.REFUSED: {},
        RecoveryState.DONE: {},
    },
)  # fmt: skip

_retire = Step("canned.retire", "complaints.retire_canned", needs_reason=True)

CANNED = Workflow(
    model="complaints.CannedAnswer",
    states=CannedState,
    title=_("Canned answer"),
    table={
        CannedState.DRAFT: {
            CannedState.APPROVED: Step("canned.approve", "complaints.approve_canned", note=_("two people")),
            CannedState.RETIRED: _retire,
        },
        CannedState.APPROVED: {CannedState.RETIRED: _retire},
        CannedState.RETIRED: {},
    },
)

_close = Step("risks.close", "complaints.close_risk", needs_reason=True)

RISKS = Workflow(
    model="complaints.PreventionItem",
    states=RiskState,
    title=_("Early risk"),
    table={
        RiskState.NOTICED: {
            RiskState.ASSESSED: Step("risks.assess", "complaints.assess_risk"),
            RiskState.CLOSED: _close,
        },
        RiskState.ASSESSED: {
            RiskState.MEASURE: Step("risks.take_measure", "complaints.measure_risk"),
            RiskState.CLOSED: _close,
        },
        RiskState.MEASURE: {RiskState.CLOSED: _close},
        RiskState.CLOSED: {},
    },
)

PAST_IMPORTS = Workflow(
    model="complaints.PastImport",
    states=PastState,
    title=_("Import of past ledgers"),
    table={PastState.KEPT: {PastState.TAKEN_BACK: _take_back}, PastState.TAKEN_BACK: {}},
)
