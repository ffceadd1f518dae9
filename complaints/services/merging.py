"""Two records about one matter are handled as one (M1): a forest of depth one, which two people take apart again."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.choices import Kind, Outcome, State
from complaints.models import Complaint, Merge
from complaints.selectors.merging import is_same_party
from complaints.selectors.people import barred
from complaints.services import cycles, timing
from complaints.services.people import tell
from complaints.workflows import LEDGER
from core.workflow import InvalidTransition, record
from core.worktime import due
from core.worktime.store import calendar_for
from notifications.services import outbox

MERGEABLE = (State.REGISTERED, State.ACCEPTED, State.ASSIGNED, State.HANDLING, State.EVALUATING)
KINDS = (Kind.COMPLAINT, Kind.SUGGESTION)


@transaction.atomic
def merge(complaint, *, by, master, comment, mass_event="", expected_version=None):
    """Handle ``complaint`` as part of ``master``: its work ends here, its customer is told the number of the master.

    Raises InvalidTransition for a master that has ended, is merged itself or is of another kind, for a record into which
    others were merged, and for different customers without a ``mass_event``.
    """
    master = Complaint.objects.select_for_update(of=("self",)).select_related("cycle", "complainant").get(pk=master.pk)
    _check(complaint, master, mass_event)
    made = Merge(
        complaint=complaint, master=master, mass_event=mass_event, reason=comment, before=complaint.state, by=by
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise InvalidTransition(_("Somebody was faster: one of both was merged meanwhile."))
    LEDGER.move(complaint, State.MERGED, by=by, comment=comment, expected_version=expected_version,
                payload={"master": master.number, "mass_event": mass_event})  # fmt: skip
    cycle = cycles.close_cycle(complaint, Outcome.MERGED, by=by)
    record(master, "merged_in", by=by, comment=comment, payload={"merged": complaint.number})
    _take_clocks(master, cycle, by=by)
    tell("merged_in", master, [master.handler], by=by, key=f"merge:{made.pk}")
    if complaint.complainant.email:
        outbox.queue("complaints.merged", context={"complaint": complaint.pk, "master": master.number},
                     language=complaint.language, dedupe_key=f"complaints.merged:{made.pk}")  # fmt: skip
    return made


def _check(complaint, master, mass_event):
    if complaint.pk == master.pk:
        raise InvalidTransition(_("A record is not merged with itself."))
    if complaint.kind != master.kind or complaint.kind not in KINDS:
        raise InvalidTransition(_("Only two complaints, or two suggestions, are handled as one."))
    if master.state not in State.open():
        raise InvalidTransition(_("%(number)s has ended. Note a repeat instead.") % {"number": master.number})
    if complaint.merged.active().exists():
        raise InvalidTransition(_("Others were merged into this record. Merge in the other direction."))
    if not mass_event.strip() and not is_same_party(complaint, master):
        raise InvalidTransition(_("These are different customers. Name the mass event that both speak of."))


def _take_clocks(master, cycle, *, by):
    """The earliest receipt and the tighter limit of each clock; pauses and granted days of the master stay, so that one
    formula still gives both moments (T1).
    """
    mine = master.cycle
    if not mine.is_open or mine.replied_at:
        return
    calendar = calendar_for(version=mine.calendar_version)
    columns = {"started_at": min(mine.started_at, cycle.started_at)}
    if mine.terms.response and cycle.terms.response:
        limit = _tighter(mine.terms.response, cycle.terms.response, columns["started_at"], calendar)
        columns |= {"response_hours": limit.amount, "response_kind": str(limit.kind)}
    limit = _tighter(mine.terms.result, cycle.terms.result, columns["started_at"], calendar)
    columns |= {"result_days": limit.amount, "result_kind": str(limit.kind)}
    if all(getattr(mine, name) == value for name, value in columns.items()):
        return
    before = mine.result_due
    for name, value in columns.items():
        setattr(mine, name, value)
    moments = timing.moments_of(mine, calendar)
    told = {"before": before and before.isoformat(), "due": moments["result_due"] and moments["result_due"].isoformat()}
    record(master, "due_tightened", by=by, payload=told)
    cycles.write(mine, **columns, **moments)


def _tighter(one, other, start, calendar):
    """The limit that ends first; ``one`` where both end together."""
    return min(one, other, key=lambda limit: due(calendar, limit, start, ()).at)


@transaction.atomic
def ask_unmerge(complaint, *, by, reason):
    """A lead wants it handled by itself again; somebody else decides."""
    made = _active(complaint)
    if made.undo_by_id is not None:
        raise InvalidTransition(_("Somebody asked for this already."))
    made.undo_by, made.undo_at, made.undo_reason = by, timezone.now(), reason
    made.save(update_fields=["undo_by", "undo_at", "undo_reason"])
    record(complaint, "unmerge_asked", by=by, comment=reason)
    deciders = User.objects.with_capability("complaints.manage").exclude(pk__in=barred(complaint))
    tell("unmerge_asked", complaint, deciders, by=by, key=f"unmerge:{made.pk}:{made.undo_at.isoformat()}")
    return made


@transaction.atomic
def unmerge(complaint, *, by, expected_version=None):
    """Another person agrees: it goes on where it stood, in a new cycle whose clocks run from the first receipt."""
    made = _asked(complaint, by)
    made.undone_by, made.undone_at = by, timezone.now()
    made.save(update_fields=["undone_by", "undone_at"])
    cycle = cycles.new_cycle(complaint, n=complaint.cycle.n + 1, started_at=complaint.cycle.started_at)
    cycle.save(force_insert=True)
    LEDGER.move(complaint, State(made.before), by=by, on_behalf_of=made.undo_by, comment=made.undo_reason, cycle=cycle,
                expected_version=expected_version, payload={"master": made.master.number, "cycle": cycle.n})  # fmt: skip
    cycles.hold_customer(complaint, by=by)
    record(made.master, "unmerged", by=by, comment=made.undo_reason, payload={"merged": complaint.number})
    tell("unmerged", complaint, [complaint.handler, made.undo_by], by=by, key=f"unmerged:{made.pk}")
    return complaint


@transaction.atomic
def refuse_unmerge(complaint, *, by, comment):
    """Another person does not agree: it stays with the master."""
    made = _asked(complaint, by)
    asker = made.undo_by
    made.undo_by = made.undo_at = None
    made.undo_reason = ""
    made.save(update_fields=["undo_by", "undo_at", "undo_reason"])
    record(complaint, "unmerge_refused", by=by, comment=comment)
    tell("unmerge_refused", complaint, [asker], by=by)
    return complaint


def _active(complaint):
    rows = complaint.merges.select_for_update(of=("self",)).active().select_related("undo_by", "master__cycle")
    found = rows.first()
    if found is None:
        raise InvalidTransition(_("This record is not merged any more."))
    return found


def _asked(complaint, by):
    made = _active(complaint)
    if made.undo_by_id is None:
        raise InvalidTransition(_("Nobody asks to take this apart any more."))
    if made.undo_by_id == by.pk:
        raise InvalidTransition(_("Who asked for it does not decide on it."))
    if by.pk in barred(complaint):
        raise InvalidTransition(_("%(name)s takes no part in this record.") % {"name": by})
    return made


def tell_parts(complaint, reply):
    """The approved reply goes to the customers of everything that was merged in, by mail where there is an address;
    the handler is told of the others.
    """
    without = []
    for row in complaint.merged.active().select_related("complaint__complainant"):
        part = row.complaint
        if part.complainant.email:
            outbox.queue("complaints.merged_reply", context={"complaint": part.pk, "reply": reply.pk}, language=part.language,
                         dedupe_key=f"complaints.merged_reply:{reply.pk}:{part.pk}")  # fmt: skip
        elif part.complainant.phone:
            without.append(part)
    for part in without:
        tell("to_tell", part, [complaint.handler], key=f"merged:{reply.pk}")
