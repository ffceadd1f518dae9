"""Invitations and reminders that come back: reminders stop, the person is marked, the state is the server's (REM-02)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.services import contacts
from notifications.choices import InboundState
from notifications.models import Message
from notifications.services import inbound, outbox
from surveys import tasks
from surveys.choices import InvitationState
from surveys.models import Invitation, Response
from surveys.services import invitations, waves
from tests.factories import mails as make_mails
from tests.factories import surveys as make

pytestmark = pytest.mark.django_db


def asked(smtp, people=2, **fields):
    """An open wave whose invitations have left."""
    wave = make.open_wave(people, **fields)
    outbox.deliver_due()
    assert len(smtp.messages) == people
    return wave


def message_of(holder, kind="surveys.invitation"):
    return Message.objects.get(kind=kind, context__invitation=holder.invitation.pk)


def state_of(holder):
    return Invitation.objects.get(pk=holder.invitation.pk).state


def later(wave, days=30):
    Invitation.objects.filter(wave=wave).update(last_sent_at=timezone.now() - timedelta(days=days))


def reminders():
    tasks.remind_due()
    return Message.objects.filter(kind="surveys.reminder").count()


def test_a_returned_invitation_is_marked_and_not_reminded(smtp):
    wave = asked(smtp)
    gone, other = wave.people
    make_mails.came(make_mails.report(message_of(gone), to=gone.contact.email))
    assert (state_of(gone), state_of(other)) == ("bounced", "sent")
    gone.contact.refresh_from_db()
    other.contact.refresh_from_db()
    assert (bool(gone.contact.mail_bounced_at), other.contact.mail_bounced_at) == (True, None)
    assert message_of(gone).bounce == "hard"
    later(wave)
    assert reminders() == 1
    assert Message.objects.get(kind="surveys.reminder").context["invitation"] == other.invitation.pk


def test_a_full_mailbox_stops_the_reminders_but_keeps_the_address(smtp):
    wave = asked(smtp, 1)
    (full,) = wave.people
    make_mails.came(make_mails.report(message_of(full), status="4.2.2", said="452 full"))
    full.contact.refresh_from_db()
    assert (state_of(full), full.contact.mail_bounced_at, message_of(full).bounce) == ("bounced", None, "soft")
    later(wave)
    assert reminders() == 0


def test_a_delay_changes_nothing(smtp):
    wave = asked(smtp, 1)
    make_mails.came(make_mails.report(message_of(wave.people[0]), action="delayed", status="4.4.1"))
    assert (state_of(wave.people[0]), message_of(wave.people[0]).bounce) == ("sent", "")


def test_a_reminder_in_the_queue_is_not_sent_after_the_invitation_came_back(smtp):
    wave = asked(smtp, 1)
    later(wave)
    assert reminders() == 1
    make_mails.came(make_mails.report(message_of(wave.people[0])))
    smtp.messages.clear()
    assert outbox.deliver_due() == {"sent": 0, "failed": 0, "cancelled": 1}


def test_who_had_begun_keeps_the_state_and_gets_no_reminder(smtp):
    wave = asked(smtp, 1)
    (holder,) = wave.people
    Invitation.objects.filter(pk=holder.invitation.pk).update(state=InvitationState.STARTED)
    make_mails.came(make_mails.report(message_of(holder)))
    later(wave)
    assert (state_of(holder), reminders()) == ("started", 0)


def test_the_same_report_twice_is_one_bounce(smtp):
    wave = asked(smtp, 1)
    (holder,) = wave.people
    for _time in range(2):
        make_mails.came(make_mails.report(message_of(holder)))
    holder.contact.refresh_from_db()
    assert holder.contact.transitions.filter(kind="mail_bounced").count() == 1


def test_the_next_wave_does_not_write_to_a_dead_address_and_a_new_one_is_written_to(smtp):
    wave = asked(smtp, 1)
    (holder,) = wave.people
    make_mails.came(make_mails.report(message_of(holder)))
    holder.contact.refresh_from_db()
    before = Message.objects.filter(kind=invitations.INVITE).count()
    following = make.wave(audience=wave.audience)
    waves.schedule(following, by=following.owner)
    waves.open(following, by=following.owner)
    asked_again = following.invitations.get(contact=holder.contact)
    assert (asked_again.state, bytes(asked_again.token_hash) != b"") == ("bounced", True)
    assert Message.objects.filter(kind=invitations.INVITE).count() == before
    contacts.edit(holder.contact, by=make.person(), email="neu@example.com")
    assert holder.contact.mail_bounced_at is None


def test_an_answer_by_program_is_no_answer_and_no_bounce(smtp):
    wave = asked(smtp, 1)
    (holder,) = wave.people
    ours = message_of(holder)
    mail = make_mails.came(make_mails.letter("我休假到周五", subject="自动回复：问卷", In_Reply_To=ours.message_id))
    assert (mail.kind, mail.answers, mail.state) == ("auto_reply", ours, InboundState.DONE)
    assert (state_of(holder), Response.objects.count()) == ("sent", 0)
    later(wave)
    assert reminders() == 1


def test_a_forged_report_without_our_message_id_marks_nobody(smtp):
    wave = asked(smtp, 1)
    (holder,) = wave.people
    make_mails.came(make_mails.report(message_of(holder), to=holder.contact.email, headers=False))
    holder.contact.refresh_from_db()
    assert (state_of(holder), holder.contact.mail_bounced_at) == ("sent", None)


def test_a_returned_mail_in_a_real_mailbox_marks_the_invitation(smtp, imap):
    wave = asked(smtp, 1)
    (holder,) = wave.people
    imap.deliver(make_mails.report(message_of(holder)))
    inbound.fetch_all()
    inbound.read_due()
    assert state_of(holder) == "bounced"
