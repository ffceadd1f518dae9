"""After the reply somebody else asks the customer whether it is resolved; if not, it begins anew."""

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.choices import Outcome, Part, State
from complaints.models import CallBack
from complaints.selectors.people import leads
from complaints.services import conversations, cycles
from complaints.services.people import take_part, tell
from complaints.workflows import LEDGER
from core.workflow import record


@transaction.atomic
def log(complaint, *, by, reached, resolved=None, score=None, comment="", expected_version=None):
    """One attempt. Resolved closes the record; not resolved opens cycle n+1 with its own clocks; the third time not
    reached closes it without an objection. Returns the CallBack.
    """
    take_part(complaint, by, Part.CALLED_BACK)
    cycle = complaint.cycle
    talk = conversations.log(complaint, by=by, summary=comment or _summary(reached, resolved), reached=reached)
    made = CallBack.objects.create(
        cycle=cycle, attempt=cycle.call_backs.count() + 1, by=by, reached=reached, comment=comment,
        resolved=resolved if reached else None, score=score if reached else None, interaction=talk.interaction,
    )  # fmt: skip
    if reached and not resolved:
        _again(complaint, by=by, comment=comment, expected_version=expected_version)
    elif reached or made.attempt >= conversations.ATTEMPTS:
        LEDGER.move(complaint, State.CLOSED, by=by, comment=comment, expected_version=expected_version,
                    payload={"score": score})  # fmt: skip
        cycles.end(complaint, Outcome.RESOLVED if reached else Outcome.NOT_REACHED, by=by)
    else:
        record(complaint, "call_again", by=by, comment=comment, payload={"attempt": made.attempt})
    return made


def _again(complaint, *, by, comment, expected_version):
    cycles.close_cycle(complaint, Outcome.UNRESOLVED, by=by)
    LEDGER.move(
        complaint, State.HANDLING, by=by, comment=comment, expected_version=expected_version,
        cycle=cycles.next_cycle(complaint), payload={"cycle": complaint.cycle.n + 1},
    )  # fmt: skip
    tell("redo", complaint, {complaint.handler, *leads(complaint)}, by=by)


def _summary(reached, resolved):
    """What stands in the log of contacts where the officer wrote nothing."""
    if not reached:
        return _("Call-back: not reached")
    return _("Call-back: resolved") if resolved else _("Call-back: not resolved")
