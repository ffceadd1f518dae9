"""Asking people: invitations in bulk, mail through the outbox, reminders to those who have not answered."""

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, record
from customers.models import ContactPerson
from customers.services import contacts
from notifications.choices import BounceKind
from notifications.models import Message
from notifications.services import outbox
from surveys.choices import InvitationState, WaveState
from surveys.models import Invitation, SpentMarker, Wave, WaveKey
from surveys.selectors.audience import serving_units
from surveys.services import links, sampling
from surveys.signals import invitations_waiting

INVITE, REMIND = "surveys.invitation", "surveys.reminder"
BATCH = 1000


@transaction.atomic
def issue(wave, *, by):
    """Draw the respondents of an open wave and plan their invitations. Returns how many are invited. Safe to
    repeat.

    Links and mails of the first BATCH are made at once, those of the others by the worker (``send_batch``).
    """
    if not wave.is_open_link or wave.audience:
        drawn = sampling.draw(
            wave.audience, n=wave.sample_n, seed=wave.sample_seed, how=wave.draw, by=wave.strata_by,
            least=wave.strata_least,
        )  # fmt: skip
        wave.population_n, wave.frame = drawn.population, drawn.frame
        Wave.objects.filter(pk=wave.pk).update(population_n=drawn.population, frame=drawn.frame)
        invite(wave, drawn.ids, by=by)
    return wave.invitations.count()


@transaction.atomic
def invite(wave, contacts, *, by):
    """Invite the contact persons with these ids to an open wave; those already asked stay."""
    contacts = list(contacts)
    _plan(wave, contacts)
    record(wave, "invited", by=by, payload={"people": len(contacts)})
    if send_batch(wave) == BATCH:
        invitations_waiting.send(sender=Wave, wave=wave)


PLAN = """
INSERT INTO surveys_invitation (wave_id, contact_id, customer_id, language, seg_type, seg_tier, seg_relation, seg_region,
    seg_industry, seg_unit, generation, is_waiting, state, reminder_no, note)
SELECT %(wave)s, p.id, c.id, p.language, c.type, c.tier, c.relation, c.region, c.industry, coalesce(s.unit, u.code), 1, true,
    CASE WHEN p.mail_bounced_at IS NULL OR p.email_index = '' OR %(by_letter)s THEN %(planned)s ELSE %(bounced)s END, 0,
    CASE WHEN p.mail_bounced_at IS NULL OR p.email_index = '' OR %(by_letter)s THEN '' ELSE %(note)s END
FROM customers_contactperson p JOIN customers_customer c ON c.id = p.customer_id JOIN accounts_orgunit u ON u.id = c.unit_id
    LEFT JOIN unnest(%(served)s::bigint[], %(units)s::text[]) AS s(customer, unit) ON s.customer = c.id
WHERE p.id = ANY(%(people)s) ORDER BY p.id
ON CONFLICT DO NOTHING
"""


def _plan(wave, contacts):
    """A row for each of them, with the reporting dimensions as they are now; who serves them by the services asked about.

    Whose address takes no mail is not written to again; the invitation can still be answered on the phone.
    """
    customers = ContactPerson.objects.filter(pk__in=contacts).values("customer")
    units = serving_units(wave.audience, customers)
    with connection.cursor() as cursor:
        cursor.execute(
            PLAN,
            {
                "wave": wave.pk, "planned": InvitationState.PLANNED.value, "bounced": InvitationState.BOUNCED.value,
                "note": _("An earlier mail to this address came back."), "by_letter": wave.is_by_letter, "people": contacts,
                "served": list(units), "units": list(units.values()),
            },
        )  # fmt: skip


def waves_to_send_out():
    """Open waves some of whose invitations have no link and mail yet."""
    waiting = Invitation.objects.filter(wave=OuterRef("pk"), is_waiting=True)
    return Wave.objects.filter(Exists(waiting), state=WaveState.OPEN, link_key__isnull=False)


@transaction.atomic
def send_batch(wave):
    """Link and mail of up to BATCH invitations that wait; one batch of a wave at a time. Returns how many.

    What is interrupted leaves its batch as it was; where the wave has no key any more, nothing is sent.
    """
    key = WaveKey.objects.select_for_update(no_key=True).filter(wave=wave).first()
    if key is None:
        return 0
    needed = ("wave", "state", "generation", "language", "contact__email")
    waiting = wave.invitations.filter(is_waiting=True).select_related("contact").only(*needed)
    rows = list(waiting.order_by("pk")[:BATCH])
    if rows:
        _give_tokens(key, rows)
        asked = [row for row in rows if row.state == InvitationState.PLANNED and not wave.is_by_letter]
        _queue(INVITE, [(row, row.contact.email) for row in asked], 0)
    return len(rows)


def _give_tokens(key, rows):
    """Store the hash of each invitation's token; it is made of the row's id, so it comes after the row."""
    hashes = [links.hash_of(links.token_of(key, row.pk, row.generation)) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE surveys_invitation i SET token_hash = new.hash, is_waiting = false "
            "FROM unnest(%s::bigint[], %s::bytea[]) AS new(id, hash) WHERE i.id = new.id",
            [[row.pk for row in rows], hashes],
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
        and not invitation.wave.is_by_letter
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
            contact__mail_bounced_at=None,
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
        state=WaveState.OPEN, closes_at__gt=now or timezone.now(), reminders_max__gt=0, is_by_letter=False
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
def mark_returned(message):
    """An invitation or reminder came back after the server had taken it: no reminder follows, and of an address that takes
    no mail the contact person is marked. Safe to repeat.
    """
    mark_bounced(message.context["invitation"], message.bounce_reason)
    invitation = Invitation.objects.select_related("contact").filter(pk=message.context["invitation"]).first()
    if message.bounce == BounceKind.HARD and invitation is not None and invitation.contact is not None:
        contacts.mail_came_back(
            invitation.contact, address=message.to_email or invitation.contact.email, reason=message.bounce_reason,
            at=message.bounced_at,
        )  # fmt: skip


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
    Invitation.objects.filter(pk=invitation.pk).update(generation=F("generation") + 1)
    invitation.refresh_from_db(fields=["generation"])
    _give_tokens(invitation.wave.link_key, [invitation])
    invitation.refresh_from_db(fields=["token_hash", "is_waiting"])
    if invitation.contact and invitation.contact.email and not invitation.wave.is_by_letter:
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
