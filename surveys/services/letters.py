"""Personal sheets and formal letters: printed per invitation, sent, perhaps come back undelivered (CHN-06, 07, 12)."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, record
from surveys.choices import InvitationState
from surveys.models import Invitation, PersonalSheet
from surveys.services import entering, invitations

MOST = 200  # in one file


def waiting(wave, tier=""):
    """Invitations (of one ``tier`` of customers) that may still be answered and have no sheet of their own, in the order
    of their customers.
    """
    rows = wave.invitations.filter(state__in=InvitationState.answerable(), sheet=None).exclude(contact=None)
    rows = rows.filter(seg_tier=tier) if tier else rows
    return rows.select_related("contact", "customer").order_by("customer__name_zh", "pk")


@transaction.atomic
def issue(wave, *, by, is_letter, tier=""):
    """Number a sheet for each of the next MOST waiting invitations (of ``tier``), in its person's language. Returns the
    PersonalSheets.
    """
    if wave.is_anonymous:
        raise InvalidTransition(
            _("In an anonymous wave a sheet must not carry a name. Print sheets without names instead.")
        )
    rows = list(waiting(wave, tier).select_for_update(of=("self",))[:MOST])
    if not rows:
        raise InvalidTransition(_("Everybody who may still answer has a sheet already."))
    made = []
    for language in sorted({row.language for row in rows}):
        people = [row for row in rows if row.language == language]
        batch = entering.issue_sheets(wave, count=len(people), language=language, by=by)
        made += [
            PersonalSheet(wave=wave, batch=batch, number=number, invitation=row, language=language, is_letter=is_letter)
            for number, row in enumerate(people, batch.first_no)
        ]
    PersonalSheet.objects.bulk_create(made)
    record(wave, "letters_printed" if is_letter else "personal_sheets_printed", by=by, payload={"n": len(made)})
    return made


@transaction.atomic
def mark_sent(wave, *, ids, on, by):
    """The sheets ``ids`` went out on day ``on``; those that did before stay. Returns how many."""
    rows = PersonalSheet.objects.filter(wave=wave, pk__in=ids).unsent().select_for_update()
    asked = list(rows.values_list("invitation", flat=True))
    count = rows.update(sent_on=on, sent_by=by)
    Invitation.objects.filter(pk__in=asked, state=InvitationState.PLANNED).update(state=InvitationState.SENT)
    if count:
        record(wave, "letters_sent", by=by, payload={"n": count, "on": on.isoformat()})
    return count


@transaction.atomic
def mark_undelivered(wave, *, ids, on, by, note=""):
    """The sheets ``ids`` came back: nobody got them. Returns how many; whoever answered or was not written to stays."""
    rows = PersonalSheet.objects.filter(wave=wave, pk__in=ids, sent_on__lte=on, undelivered_on=None)
    rows = rows.exclude(invitation__state=InvitationState.DONE).select_for_update()
    asked = list(rows.values_list("invitation", flat=True))
    count = rows.update(undelivered_on=on, undelivered_by=by, note=note)
    for pk in asked:
        invitations.mark_bounced(pk, note or _("The letter came back."))
    if count:
        record(wave, "letters_came_back", by=by, comment=note, payload={"n": count, "on": on.isoformat()})
    return count
