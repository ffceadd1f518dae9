"""Incoming mail over a real IMAP server: stored before it is read, read once, nothing lost (DSK-05, 06)."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import psycopg2
import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.utils import timezone

from complaints.models import MailItem
from core.models import Event
from core.workflow import InvalidTransition
from notifications.choices import InboundState, MailKind
from notifications.inbound import boxes, takers
from notifications.models import InboundContent, InboundMail, MailboxCount, MailboxState, Message
from notifications.selectors import inbound_tiles, longest_unreached_seconds
from notifications.services import inbound, outbox
from tests.factories import mails as make
from tests.factories.accounts import person

pytestmark = pytest.mark.django_db


def box():
    return boxes.configured()[0]


def fetched():
    """{uid: state} of what is stored."""
    return dict(InboundMail.objects.values_list("uid", "state"))


def test_a_mail_is_stored_marked_and_read(imap):
    raw = make.letter()
    uid = imap.deliver(raw)
    assert inbound.fetch_all() == {"service": 1}
    mail = InboundMail.objects.get()
    assert (mail.uid, mail.state, mail.size, bool(mail.marked_at)) == (uid, InboundState.RECEIVED, len(raw), True)
    assert imap.seen() == [uid]
    assert inbound.raw_of(mail) == raw
    assert inbound.read_due() == {"read": 1, "failed": 0, "waiting": 0}
    mail.refresh_from_db()
    assert (mail.state, mail.kind, mail.sender) == (InboundState.DONE, MailKind.LETTER, make.SENDER)
    assert MailItem.objects.get().subject == "教室更换"
    assert imap.uids() == [uid]  # nothing is deleted on the server


def test_the_same_mail_is_fetched_once_also_when_somebody_has_read_it(imap):
    imap.deliver(make.letter())
    second = imap.deliver(make.letter(subject="第二封"))
    with boxes.opened(box()) as opened:
        opened.mark_stored([second])  # a person looked at it with another program
    inbound.fetch_all()
    assert inbound.fetch_all() == {"service": 0}
    inbound.read_due()
    assert sorted(MailItem.objects.values_list("subject", flat=True)) == ["教室更换", "第二封"]


def test_a_mailbox_numbered_anew_brings_no_mail_twice(imap):
    raw = make.letter()
    imap.deliver(raw)
    inbound.fetch_all()
    inbound.read_due()
    imap.restart()
    imap.deliver(raw)
    imap.deliver(make.letter(subject="新的"))
    assert inbound.fetch_all() == {"service": 2}
    inbound.read_due()
    states = list(InboundMail.objects.order_by("pk").values_list("state", flat=True))
    assert states == [InboundState.DONE, InboundState.DUPLICATE, InboundState.DONE]
    assert MailItem.objects.count() == 2
    assert InboundMail.objects.get(state=InboundState.DUPLICATE).original == InboundMail.objects.order_by("pk").first()


def test_a_large_mail_keeps_its_headers_and_its_place_in_the_queue(imap, settings):
    settings.INBOUND_MAX_BYTES = 2000
    imap.deliver(make.letter("很长" * 2000, subject="附件很大"))
    inbound.fetch_all()
    inbound.read_due()
    mail, item = InboundMail.objects.get(), MailItem.objects.get()
    assert (mail.is_whole, mail.state, item.subject, item.problems, item.text) == (
        False, InboundState.DONE, "附件很大", ["large"], "",
    )  # fmt: skip


def test_a_server_that_is_away_is_said_and_nothing_is_forgotten(imap, settings):
    imap.deliver(make.letter())
    inbound.fetch_all()
    settings.MAILBOXES = [imap.settings() | {"password": "wrong"}]
    answer = inbound.fetch_all()["service"]
    state = MailboxState.objects.get()
    assert "AUTHENTICATIONFAILED" in answer
    assert (state.error, state.last_uid > 0, bool(state.reached_at)) == (answer, True, True)
    settings.MAILBOXES = [imap.settings()]
    imap.deliver(make.letter(subject="后来的"))
    assert inbound.fetch_all() == {"service": 1}
    assert MailboxState.objects.get().error == ""
    assert longest_unreached_seconds() < 60


def test_without_a_mailbox_there_is_nothing_to_do_and_nothing_wrong(settings):
    settings.MAILBOXES = []
    assert (inbound.fetch_all(), inbound.count_all(), longest_unreached_seconds()) == ({}, {}, 0)


def test_the_daily_count_finds_what_is_missing_and_fetches_it(imap):
    first = imap.deliver(make.letter())
    imap.deliver(make.letter(subject="二"))
    inbound.fetch_all()
    MailboxState.objects.update(last_uid=first + 50)  # as if the server had given out numbers in another order
    third = imap.deliver(make.letter(subject="三"))
    assert inbound.fetch_all() == {"service": 0}
    assert third not in fetched()
    assert inbound.count_all() == {"service": 0}
    assert third in fetched()
    count = MailboxCount.objects.get()
    assert (count.on_server, count.stored, count.missing) == (3, 3, [])


def test_a_mail_that_the_server_does_not_give_holds_up_no_other(imap, monkeypatch):
    bad = imap.deliver(make.letter())
    imap.deliver(make.letter(subject="二"))
    genuine = boxes.Box.content

    def content(self, uid, **options):
        if uid == bad:
            raise boxes.MailboxError("mail 1: NO damaged")
        return genuine(self, uid, **options)

    monkeypatch.setattr(boxes.Box, "content", content)
    assert inbound.fetch_all() == {"service": 1}
    assert (inbound.count_all(), MailboxCount.objects.get().missing) == ({"service": 1}, [bad])
    monkeypatch.undo()
    assert inbound.count_all() == {"service": 0}


def test_a_count_with_a_gap_is_shown_and_warned_of(imap, client, monkeypatch, caplog):
    imap.deliver(make.letter())
    uid = imap.deliver(make.letter(subject="二"))
    inbound.fetch_all()
    lost = imap.deliver(make.letter(subject="三"))
    monkeypatch.setattr(inbound, "store", lambda *_given: False)
    assert inbound.count_all() == {"service": 1}
    count = MailboxCount.objects.get()
    assert (count.on_server, count.stored, count.missing, uid in fetched()) == (3, 2, [lost], True)
    assert "1 of 3 mails are not stored" in caplog.text
    client.force_login(person("administrator"))
    assert "2" in client.get("/inbox/mail/").content.decode()
    assert [tile.value for tile in inbound_tiles(person("administrator"))] == ["1"]


@pytest.mark.django_db(transaction=True)
def test_only_one_process_reads_a_mailbox(imap):
    imap.deliver(make.letter())
    other = psycopg2.connect(**connection.get_connection_params())  # a lock belongs to a connection
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended('mailbox:service', 0))")
        assert inbound.fetch_all() == {"service": None}
        cursor.execute("SELECT pg_advisory_unlock(hashtextextended('mailbox:service', 0))")  # closing takes its time
    other.close()
    assert inbound.fetch_all() == {"service": 1}


# What cannot be read ---------------------------------------------------------------------------------


def test_a_mail_that_breaks_its_taker_needs_a_look_and_can_be_read_again(monkeypatch):
    def broken(mail, letter):
        Event.objects.create(subject="x.x", subject_id=1, kind="half", at=timezone.now())
        raise ValueError("no room\x00 for it")

    monkeypatch.setattr(takers, "TAKERS", [broken])
    monkeypatch.setattr(inbound, "TAKERS", [broken])
    mail = make.came(make.letter())
    assert (mail.state, mail.problem, mail.attempts) == (InboundState.FAILED, "ValueError: no room for it", 1)
    assert Event.objects.filter(kind="half").count() == 0
    admin = person("administrator")
    monkeypatch.undo()
    inbound.read_again(mail, by=admin)
    assert inbound.read_due() == {"read": 1, "failed": 0, "waiting": 0}
    assert MailItem.objects.count() == 1
    with pytest.raises(InvalidTransition):
        inbound.read_again(mail, by=admin)


def test_a_failed_mail_is_settled_with_a_reason_only(monkeypatch):
    monkeypatch.setattr(inbound, "TAKERS", [lambda mail, letter: 1 / 0])
    mail, admin = make.came(make.letter()), person("administrator")
    with pytest.raises(InvalidTransition):
        inbound.settle(mail, by=admin, reason=" ")
    inbound.settle(mail, by=admin, reason="测试邮件")
    assert (mail.state, Event.objects.of(mail).get().comment) == (InboundState.SETTLED, "测试邮件")


def test_who_may_settle_takes_the_content_as_a_file_and_is_written_down(client, monkeypatch):
    monkeypatch.setattr(inbound, "TAKERS", [lambda mail, letter: 1 / 0])
    mail, admin = make.came(make.letter()), person("administrator")
    client.force_login(admin)
    answer = client.post(f"/inbox/mail/{mail.pk}/content")
    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (
        200,
        "application/octet-stream",
        b"From:",
    )
    assert Event.objects.of(mail).values_list("kind", "by").get() == ("handed_out", admin.pk)
    client.force_login(person("lead"))
    assert client.post(f"/inbox/mail/{mail.pk}/content").status_code == 403


# What the database refuses ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM notifications_inboundmail",
        "UPDATE notifications_inboundmail SET uid = uid + 1",
        "UPDATE notifications_inboundmail SET received_at = now()",
        "UPDATE notifications_inboundcontent SET data = 'x'",
        "DELETE FROM notifications_inboundcontent",
    ],
)
def test_facts_of_a_mail_never_change(statement):
    make.came(make.letter())
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_forgotten_mail_holds_nothing_of_its_sender():
    mail = make.came(make.letter())
    inbound.forget(mail)
    mail.refresh_from_db()
    assert (mail.sender, InboundContent.objects.get().data) == ("", None)
    with pytest.raises(InvalidTransition):
        inbound.raw_of(mail)


def test_no_row_shows_the_sender_or_the_words():
    make.came(make.letter("此处有密语"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(m)::text, encode(c.data, 'escape') FROM notifications_inboundmail m "
                       "JOIN notifications_inboundcontent c ON c.mail_id = m.id")  # fmt: skip
        stored = " ".join(cursor.fetchone())
    assert make.SENDER not in stored
    assert "密语" not in stored


# What is no letter -----------------------------------------------------------------------------------


def sent_message():
    """A mail of ours that the server took."""
    row = outbox.queue("accounts.login_mail", to_email="wang@gone.example", context={})
    Message.objects.filter(pk=row.pk).update(state="sent", sent_at=timezone.now() - timedelta(minutes=5))
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Auto_Submitted": "auto-replied"}, MailKind.AUTO_REPLY),
        ({"X_Autoreply": "yes"}, MailKind.AUTO_REPLY),
        ({"Precedence": "auto_reply"}, MailKind.AUTO_REPLY),
        ({"subject": "自动回复: 关于问卷"}, MailKind.LETTER),  # by its subject alone a person may have written it
        ({"subject": "Automatic reply: your mail"}, MailKind.LETTER),
        ({"Auto_Submitted": "no"}, MailKind.LETTER),
        ({"Auto_Submitted": "auto-generated"}, MailKind.LETTER),
        ({"List_Id": "<news.example>"}, MailKind.LETTER),
    ],
)
def test_an_automatic_reply_never_counts_as_a_letter(headers, kind):
    mail = make.came(make.letter(**headers))
    assert (mail.kind, mail.state, MailItem.objects.count()) == (kind, InboundState.DONE, int(kind == MailKind.LETTER))


def test_what_a_program_answers_to_our_mail_is_an_automatic_reply():
    ours = sent_message()
    mail = make.came(make.letter(Auto_Submitted="auto-generated", In_Reply_To=ours.message_id))
    assert (mail.kind, mail.answers) == (MailKind.AUTO_REPLY, ours)


def test_our_own_mail_that_comes_back_is_no_letter():
    mail = make.came(make.letter(Message_ID=sent_message().message_id))
    assert (mail.kind, MailItem.objects.count()) == (MailKind.OWN, 0)


@pytest.mark.parametrize(
    ("options", "bounce"),
    [
        ({}, "hard"),
        ({"status": "4.2.2", "said": "452 4.2.2 mailbox full"}, "soft"),
        ({"status": "5.2.2", "said": "552 5.2.2 over quota"}, "soft"),
        ({"action": "delayed", "status": "4.4.1"}, ""),
        ({"action": "delivered", "status": "2.0.0"}, ""),
    ],
)
def test_a_report_marks_the_message_that_came_back(options, bounce):
    ours = sent_message()
    make.came(make.report(ours, **options))
    ours.refresh_from_db()
    assert (ours.bounce, ours.state, bool(ours.bounced_at)) == (bounce, "sent", bool(bounce))
    assert "wang@gone.example" not in ours.bounce_reason


TEXT_BOUNCES = {
    "qq": ("PostMaster@qq.com", "来自qq.com的退信", "很抱歉，您发往 {to} 的邮件被退回。\n原因：收件人邮箱不存在 550 Mailbox not found\n邮件编号：{id}", "hard"),
    "163": ("Postmaster@163.com", "系统退信", "收件人 {to} 邮箱空间不足，552 over quota\nMessage-ID: {id}", "soft"),
    "exim": ("Mailer-Daemon@mx.example", "Mail delivery failed: returning message to sender", "  {to}\n    550 5.1.1 no such user\n\nMessage-ID: {id}", "hard"),
}  # fmt: skip


@pytest.mark.parametrize("provider", TEXT_BOUNCES)
def test_returned_mail_in_words_is_understood(provider):
    sender, subject, text, bounce = TEXT_BOUNCES[provider]
    ours = sent_message()
    mail = make.came(
        make.letter(text.format(to="wang@gone.example", id=ours.message_id), sender=sender, subject=subject)
    )
    ours.refresh_from_db()
    assert (mail.kind, mail.answers, ours.bounce, MailItem.objects.count()) == (MailKind.BOUNCE, ours, bounce, 0)


def test_the_envelope_address_tells_which_message_came_back(settings):
    settings.BOUNCE_ADDRESS = "bounces@portal.example"
    ours = sent_message()
    raw = make.report(ours, headers=False).replace(
        b"bounces@portal.example", outbox.envelope_sender(ours.message_id).encode()
    )
    assert make.came(raw).answers == ours
    ours.refresh_from_db()
    assert ours.bounce == "hard"


def test_a_returned_mail_of_nobody_is_listed_and_marks_nothing():
    ours = sent_message()
    mail = make.came(make.report(ours, headers=False))
    ours.refresh_from_db()
    assert (mail.kind, mail.answers, mail.state, ours.bounce) == (MailKind.BOUNCE, None, InboundState.DONE, "")


def test_a_mail_that_comes_back_before_we_know_that_it_left_is_read_later():
    ours = sent_message()
    Message.objects.filter(pk=ours.pk).update(state="sending", sent_at=None)
    mail = make.came(make.report(ours))
    assert mail.state == InboundState.RECEIVED
    Message.objects.filter(pk=ours.pk).update(state="sent", sent_at=timezone.now())
    assert inbound.read_due()["read"] == 1
    ours.refresh_from_db()
    assert ours.bounce == "hard"


def test_a_mail_leaves_with_an_envelope_that_names_it(settings):
    assert outbox.envelope_sender("<0123abcd@portal.example>") == settings.DEFAULT_FROM_EMAIL
    settings.BOUNCE_ADDRESS = "bounces@portal.example"
    assert outbox.envelope_sender("<0123abcd@portal.example>") == "bounces+0123abcd@portal.example"


def test_a_report_that_somebody_attaches_is_part_of_a_letter():
    ours = sent_message()
    attached = message_from_bytes(make.report(ours), policy=policy.default)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        "刘芳 <liu@customer.example>",
        "service@portal.example",
        "你们的邮件被退回",
    )
    mail["Message-ID"] = "<attached@customer.example>"
    mail.set_content("请看附件，我该怎么办？")
    mail.add_attachment(attached)
    came = make.came(mail.as_bytes(policy=policy.SMTP))
    assert (came.kind, came.answers, MailItem.objects.count()) == (MailKind.LETTER, None, 1)
    ours.refresh_from_db()
    assert ours.bounced_at is None
