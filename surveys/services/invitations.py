"""Asking people: invitations in bulk, mail through the outbox, reminders to those who have not answered."""

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, record
from customers.models import ContactPerson
from customers.services import contacts
from notifications.models import Message
from notifications.services import outbox
from surveys.choices import InvitationState, WaveState
from surveys.models import Invitation, SpentMarker, Wave
from surveys.selectors.audience import serving_units
from surveys.services import links, sampling

INVITE, REMIND = "surveys.invitation", "surveys.reminder"


@transaction.atomic
def issue(wave, *, by):
    """Draw the respondents of an open wave and queue their mails. Returns how many are invited. Safe to
    repeat.
    """
    if not wave.is_open_link or wave.audience:
        drawn = sampling.draw(
            wave.audience, n=wave.sample_n, seed=wave.sample_seed, how=wave.draw, by=wave.strata_by,
            least=wave.strata_least,
        )  # fmt: skip
        wave.population_n, wave.frame = drawn.population, drawn.frame
        Wave.objects.filter(pk=wave.pk).update(population_n=drawn.population, frame=drawn.frame)
        people = ContactPerson.objects.filter(pk__in=drawn.ids).select_related("customer__unit").order_by("pk")
        invite(wave, people, by=by)
    return wave.invitations.count()


@transaction.atomic
def invite(wave, people, *, by):
    """Invite ``people`` (a queryset of contact persons with customer and unit) to an open wave; those
    already asked stay.
    """
    people = list(people)
    units = serving_units(wave.audience, [person.customer_id for person in people])
    Invitation.objects.bulk_create(
        [_row(wave, person, units) for person in people], batch_size=1000, ignore_conflicts=True
    )
    _give_tokens(wave)
    mails = {person.pk: person.email for person in people}
    fresh = wave.invitations.filter(contact__in=mails, state=InvitationState.PLANNED)
    _queue(INVITE, [(row, mails[row.contact_id]) for row in fresh], 0)
    record(wave, "invited", by=by, payload={"people": len(people)})


def _row(wave, person, units):
    customer = person.customer
    return Invitation(
        wave=wave,
        contact=person,
        customer=customer,
        language=person.language,
        seg_type=customer.type,
        seg_tier=customer.tier,
        seg_relation=customer.relation,
        seg_region=customer.region,
        seg_industry=customer.industry,
        seg_unit=units.get(customer.pk) or customer.unit.code,
    )


def _give_tokens(wave):
    """Store the hash of each new invitation's token; it is made of the row's id, so it comes after the
    row.
    """
    key = wave.link_key
    rows = list(wave.invitations.filter(token_hash=None).values_list("pk", "generation"))
    hashes = [links.hash_of(links.token_of(key, pk, generation)) for pk, generation in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE surveys_invitation i SET token_hash = new.hash "
            "FROM unnest(%s::bigint[], %s::bytea[]) AS new(id, hash) WHERE i.id = new.id",
            [[pk for pk, _generation in rows], hashes],
        )


def _queue(kind, pairs, number):
    """Message rows for (invitation, address); the key makes each mail of an invitation unique."""
    now = timezone.now()
    rows = [
        Message(
            kind=kind,
            to_email=address,
            domain=address.rpartition("@")[2].lower()[:100],
            language=row.language,
            context={"invitation": row.pk, "number": number},
            message_id=outbox.new_message_id(),
            not_before=now,
            dedupe_key=f"{kind}:{row.pk}:{row.generation}:{number}",
        )
        for row, address in pairs
        if address
    ]
    return len(outbox.queue_many(kind, rows)) if rows else 0


# Reminders -------------------------------------------------------------------------------------------


def answered_ids(wave):
    """Ids of the invitations of an open wave that are answered. In an anonymous wave only its key can
    tell.
    """
    if not wave.is_anonymous:
        return set(wave.invitations.filter(state=InvitationState.DONE).values_list("pk", flat=True))
    spent = set(SpentMarker.objects.filter(wave=wave).values_list("marker", flat=True))
    ids = wave.invitations.values_list("pk", flat=True) if spent else []
    return {pk for pk in ids if links.marker_for(wave.link_key, invitation_id=pk) in spent}


def has_answered(invitation):
    """Whether the holder of ``invitation`` has answered (wave and its key loaded)."""
    if not invitation.wave.is_anonymous or not hasattr(invitation.wave, "link_key"):
        return invitation.state == InvitationState.DONE
    marker = links.marker_for(invitation.wave.link_key, invitation_id=invitation.pk)
    return SpentMarker.objects.filter(marker=marker).exists()


def may_be_mailed(invitation):
    """Whether a mail to the respondent still makes sense at this moment (wave, key and contact loaded)."""
    contact = invitation.contact
    return (
        invitation.wave.takes_answers
        and invitation.state in InvitationState.answerable()
        and contact is not None
        and contact.opted_out_at is None
        and bool(contact.email)
        and not has_answered(invitation)
    )


def due_reminders(wave, now):
    """Invitations of ``wave`` that should have their next reminder by now: sent long enough ago, not
    answered, may be asked.
    """
    before = now - timedelta(days=wave.reminder_every_days)
    rows = (
        wave.invitations.filter(
            state__in=InvitationState.remindable(),
            reminder_no__lt=wave.reminders_max,
            last_sent_at__lte=before,
            contact__in=ContactPerson.objects.surveyable(now),
        )
        .exclude(contact__email_index="")
        .select_related("contact")
    )
    answered = answered_ids(wave)
    return [row for row in rows if row.pk not in answered]


@transaction.atomic
def remind(wave, now=None):
    """Queue the reminders of one open wave. A reminder is unique by invitation and number. Returns how
    many are new.
    """
    rows = due_reminders(wave, now or timezone.now())
    by_number = {}
    for row in rows:
        by_number.setdefault(row.reminder_no + 1, []).append((row, row.contact.email))
    before = Message.objects.filter(kind=REMIND).count() if rows else 0
    for number, pairs in by_number.items():
        _queue(REMIND, pairs, number)
    return Message.objects.filter(kind=REMIND).count() - before if rows else 0


def waves_to_remind(now=None):
    """Open waves in whose window a reminder still makes sense."""
    return Wave.objects.filter(
        state=WaveState.OPEN, closes_at__gt=now or timezone.now(), reminders_max__gt=0
    ).select_related("link_key")


# What became of them ---------------------------------------------------------------------------------


def mark_sent(invitation_id, number, at):
    """The mail server took the mail. Safe to repeat; an invitation that went on meanwhile keeps its state."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE surveys_invitation SET state = CASE WHEN state IN (%s, %s) THEN %s ELSE state END, "
            "last_sent_at = CASE WHEN reminder_no <= %s THEN %s ELSE last_sent_at END, "
            "reminder_no = greatest(reminder_no, %s), sent_at = coalesce(sent_at, %s) WHERE id = %s",
            ["planned", "bounced", "sent", number, at, number, at, invitation_id],
        )


def mark_bounced(invitation_id, reason=""):
    """The mail could not be delivered. Safe to repeat."""
    Invitation.objects.filter(pk=invitation_id, state__in=(InvitationState.PLANNED, InvitationState.SENT)).update(
        state=InvitationState.BOUNCED, note=reason[:200]
    )


@transaction.atomic
def withdraw(invitation, *, by, reason):
    """Take an invitation back; its link is dead from now on."""
    changed = Invitation.objects.filter(pk=invitation.pk, state__in=InvitationState.answerable()).update(
        state=InvitationState.WITHDRAWN, note=reason[:200]
    )
    if not changed:
        raise InvalidTransition(_("This invitation is not waiting for an answer any more."))
    record(invitation.wave, "invitation_withdrawn", by=by, comment=reason, payload={"invitation": invitation.pk})
    invitation.refresh_from_db(fields=["state", "note"])
    return invitation


@transaction.atomic
def renew(invitation, *, by):
    """Give the invitation a new link (the old one is dead) and send it. For a link that got into wrong
    hands.
    """
    if invitation.state not in InvitationState.answerable():
        raise InvalidTransition(_("This invitation is not waiting for an answer any more."))
    Invitation.objects.filter(pk=invitation.pk).update(generation=F("generation") + 1, token_hash=None)
    _give_tokens(invitation.wave)
    invitation.refresh_from_db(fields=["generation", "token_hash"])
    if invitation.contact and invitation.contact.email:
        _queue(INVITE, [(invitation, invitation.contact.email)], invitation.reminder_no)
    record(invitation.wave, "link_renewed", by=by, payload={"invitation": invitation.pk})
    return invitation


@transaction.atomic
def opt_out(invitation):
    """The respondent wants no more survey mail: this invitation ends and the contact person is not asked
    again.
    """
    Invitation.objects.filter(
        Q(pk=invitation.pk) | Q(contact=invitation.contact_id, contact__isnull=False),
        state__in=InvitationState.answerable(),
    ).update(state=InvitationState.OPTED_OUT)  # fmt: skip
    if invitation.contact_id:
        contacts.opt_out(invitation.contact)


@transaction.atomic
def refuse(invitation):
    """The respondent declines this one survey."""
    Invitation.objects.filter(pk=invitation.pk, state__in=InvitationState.answerable()).update(
        state=InvitationState.REFUSED
    )
