"""A message goes out if and only if its fact was stored; claimed, retried, swept, listed (decision 12)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.mail import get_connection
from django.db import connection, transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from core.workflow import InvalidTransition
from notifications.choices import Guarantee, MessageState
from notifications.kinds import KINDS, Kind, from_template
from notifications.models import Message, Notice
from notifications.selectors import inbox, oldest_waiting_seconds, tiles, unread
from notifications.services import outbox
from tests.factories.accounts import person

SECRET = "https://portal.example/s/very-secret-token/"


def render(message, context):
    if context.get("gone"):
        return None
    if context.get("broken"):
        raise KeyError("nobody there")
    body = f"{SECRET} {context.get('fact', '')}"
    return from_template(
        "plain", {"body": body}, to=message.to_email or message.to_user.email, subject="测试", language=message.language
    )


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    told = []
    for code, guarantee in (("test.always", Guarantee.AT_LEAST_ONCE), ("test.once", Guarantee.AT_MOST_ONCE)):
        made = Kind(code, "Test", render=render, guarantee=guarantee, line=lambda context: f"行 {context.get('fact', '')}",
                    on_sent=lambda message: told.append(("sent", message.pk)),
                    on_failed=lambda message, permanent: told.append(("failed", message.pk, permanent)))  # fmt: skip
        monkeypatch.setitem(KINDS, code, made)
    return told


def queue(**fields):
    return outbox.queue("test.always", to_email="guest@customer.example", **fields)


@pytest.mark.django_db
def test_a_mail_arrives_with_text_html_and_a_fixed_message_id(smtp, kinds):
    row = queue(context={"fact": "你好"})
    assert outbox.deliver_due() == {"sent": 1, "failed": 0, "cancelled": 0}
    (mail,) = smtp.to("guest@customer.example")
    row.refresh_from_db()
    assert (mail["Message-ID"], mail["Subject"], row.state) == (row.message_id, "测试", MessageState.SENT)
    assert [part.get_content_type() for part in mail.walk()][1:] == ["text/plain", "text/html"]
    assert "你好" in mail.get_body(("plain",)).get_content()
    assert kinds == [("sent", row.pk)]


@pytest.mark.django_db(transaction=True)
def test_nothing_leaves_when_the_fact_was_rolled_back(smtp):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue()
        raise ZeroDivisionError
    outbox.deliver_due()
    assert (smtp.messages, Message.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_the_same_key_is_one_message(smtp):
    person_ = person(email="a@b.example")
    for _number in range(3):
        outbox.queue("test.always", to_user=person_, dedupe_key="wave:1:2", context={"fact": 1})
    outbox.deliver_due()
    assert (len(smtp.messages), Notice.objects.filter(user=person_).count()) == (1, 1)


@pytest.mark.django_db
def test_no_row_holds_a_link_or_an_address(smtp):
    queue(context={"fact": "x"}, secret=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(m)::text FROM notifications_message m")
        stored = cursor.fetchone()[0]
    assert "very-secret" not in stored
    assert "guest@customer" not in stored
    outbox.deliver_due()
    assert Message.objects.get().secret_context == ""


@pytest.mark.django_db
def test_what_is_not_needed_any_more_is_not_sent(smtp):
    row = queue(context={"gone": True})
    assert outbox.deliver_due()["cancelled"] == 1
    row.refresh_from_db()
    assert (row.state, smtp.messages) == (MessageState.CANCELLED, [])


@pytest.mark.django_db
def test_one_message_that_cannot_be_made_stops_nobody(smtp, kinds):
    bad = queue(context={"broken": True})
    for _number in range(5):
        queue()
    assert outbox.deliver_due() == {"sent": 5, "failed": 1, "cancelled": 0}
    bad.refresh_from_db()
    assert (bad.state, "nobody there" in bad.error) == (MessageState.FAILED, True)
    assert ("failed", bad.pk, True) in kinds


@pytest.mark.django_db
def test_a_server_that_is_busy_gets_the_mail_later_with_the_same_id(smtp):
    smtp.refuse = "451 busy"
    row = queue()
    outbox.deliver_due()
    row.refresh_from_db()
    assert (row.state, row.attempts) == (MessageState.QUEUED, 1)
    assert row.not_before > timezone.now()
    smtp.refuse = None
    Message.objects.update(not_before=timezone.now())
    outbox.deliver_due()
    assert [mail["Message-ID"] for mail in smtp.messages] == [row.message_id]


@pytest.mark.django_db
def test_a_server_that_says_no_ends_it(smtp, kinds):
    smtp.refuse = "550 no such person"
    row = queue()
    outbox.deliver_due()
    smtp.refuse = None
    row.refresh_from_db()
    assert (row.state, kinds) == (MessageState.FAILED, [("failed", row.pk, True)])
    assert "no such person" in row.error
    assert "guest@customer.example" not in row.error


@pytest.mark.django_db
def test_the_app_hears_why_a_mail_failed(smtp, kinds, monkeypatch):
    heard = []
    made = replace(KINDS["test.once"], on_failed=lambda message, permanent: heard.append(message.error))
    monkeypatch.setitem(KINDS, "test.once", made)
    smtp.refuse = "550 no such person"
    row = outbox.queue("test.once", to_email="guest@customer.example")
    outbox.deliver_due()
    smtp.refuse = None
    row.refresh_from_db()
    assert heard == [row.error]


@pytest.mark.django_db
def test_a_slow_batch_does_not_make_the_sweep_send_its_last_message_twice(smtp, monkeypatch):
    row = outbox.queue("test.always", to_email="guest@customer.example")
    (claimed,) = outbox.claim()
    Message.objects.filter(pk=row.pk).update(claimed_at=timezone.now() - outbox.LEASE - timedelta(seconds=1))
    monkeypatch.setattr(outbox, "_send", lambda *args: outbox.sweep())  # while it is being sent
    assert outbox.deliver(claimed, get_connection()) == "sent"
    row.refresh_from_db()
    assert row.state == MessageState.SENT


@pytest.mark.django_db
@override_settings(EMAIL_PORT=1)
def test_without_a_server_everything_waits(smtp):
    with override_settings(EMAIL_PORT=1):
        row = queue()
        outbox.deliver_due()
    row.refresh_from_db()
    assert (row.state, row.attempts) == (MessageState.QUEUED, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "kind", "after"), [
    (MessageState.CLAIMED, "test.once", MessageState.QUEUED),
    (MessageState.SENDING, "test.always", MessageState.QUEUED),
    (MessageState.SENDING, "test.once", MessageState.UNKNOWN),
])  # fmt: skip
def test_what_a_dead_worker_left_goes_by_its_guarantee(state, kind, after):
    row = outbox.queue(kind, to_email="guest@customer.example")
    Message.objects.filter(pk=row.pk).update(
        state=state, claimed_at=timezone.now() - outbox.LEASE - timedelta(seconds=1)
    )
    outbox.sweep()
    outbox.sweep()
    row.refresh_from_db()
    assert row.state == after


@pytest.mark.django_db
def test_a_message_in_hand_is_left_alone():
    row = queue()
    assert [claimed.pk for claimed in outbox.claim()] == [row.pk]
    outbox.sweep()
    row.refresh_from_db()
    assert (row.state, outbox.claim()) == (MessageState.CLAIMED, [])


@pytest.mark.django_db
@override_settings(MAIL_PER_DOMAIN_PER_MINUTE=2)
def test_the_rate_of_a_domain_is_kept_and_others_go_on(smtp):
    for number in range(3):
        outbox.queue("test.always", to_email=f"p{number}@slow.example")
    outbox.deliver_due(limit=2)
    outbox.queue("test.always", to_email="q@fast.example")
    outbox.deliver_due()
    assert sorted(mail["X-Envelope-To"] for mail in smtp.messages) == [
        "p0@slow.example",
        "p1@slow.example",
        "q@fast.example",
    ]


@pytest.mark.django_db
def test_two_workers_never_send_the_same_row(smtp):
    queue()
    (row,) = outbox.claim()
    link = get_connection()
    assert [outbox.deliver(row, link), outbox.deliver(row, link)] == ["sent", "cancelled"]
    assert len(smtp.messages) == 1


@pytest.mark.django_db
def test_a_person_sends_a_failed_message_again_once(smtp, client):
    row = queue(context={"broken": True})
    outbox.deliver_due()
    Message.objects.update(context={})
    officer = person(Role.SURVEY_OFFICER)
    client.force_login(officer)
    assert client.post(reverse("notifications:retry", args=[row.pk])).status_code == 302
    outbox.deliver_due()
    row.refresh_from_db()
    assert (row.state, len(smtp.messages)) == (MessageState.SENT, 1)
    with pytest.raises(InvalidTransition):
        outbox.retry(row, by=officer)


@pytest.mark.django_db
def test_the_inbox_speaks_the_readers_language_and_counts_unread(client):
    user = person()
    outbox.queue("test.always", to_user=user, context={"fact": 7}, mail=False, url="/people/me/")
    assert ([line for _notice, line in inbox(user)], unread(user).count()) == (["行 7"], 1)
    client.force_login(user)
    notice = Notice.objects.get()
    assert client.post(reverse("notifications:open", args=[notice.pk])).url == "/people/me/"
    assert unread(user).count() == 0


@pytest.mark.django_db
def test_nobody_opens_the_notice_of_another(client):
    outbox.queue("test.always", to_user=person(), context={}, mail=False, url="/people/me/")
    client.force_login(person())
    assert client.post(reverse("notifications:open", args=[Notice.objects.get().pk])).url == reverse(
        "notifications:inbox"
    )
    assert Notice.objects.get().read_at is None


@pytest.mark.django_db
def test_age_of_the_oldest_waiting_message_is_known():
    assert oldest_waiting_seconds() == 0
    queue(not_before=timezone.now() - timedelta(seconds=90))
    assert 89 < oldest_waiting_seconds() < 100


@pytest.mark.django_db
def test_outbox_list_takes_the_same_queries_for_one_and_three_rows(client):
    from django.test.utils import CaptureQueriesContext

    client.force_login(person(Role.SURVEY_OFFICER))
    url = reverse("notifications:outbox")
    queue()
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    queue()
    outbox.queue("test.always", to_user=person())
    with CaptureQueriesContext(connection) as three:
        client.get(url)
    assert len(three) == len(one) <= 12


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_sends_what_was_queued(smtp, celery_worker_process, wait_for):
    from accounts.adapter import PortalAdapter

    PortalAdapter().send_mail(
        "account/email/password_reset_key",
        "guest@customer.example",
        {"password_reset_url": SECRET, "username": "guest"},
    )
    mail = wait_for(lambda: smtp.to("guest@customer.example"))[0]
    assert SECRET in mail.get_body(("plain",)).get_content()


@pytest.mark.django_db
def test_whoever_watches_over_the_outbox_sees_what_is_stuck():
    watcher = person(Role.ADMINISTRATOR)
    assert [(tile.value, tile.tone) for tile in tiles(watcher)] == [("0", "")]
    Message.objects.bulk_create(
        Message(
            kind="surveys.invitation",
            to_email="a@b.example",
            message_id=f"<{n}@x>",
            state=state,
            not_before=timezone.now(),
        )
        for n, state in enumerate(("failed", "failed", "unknown", "queued"))
    )
    assert [(tile.value, tile.url.partition("?")[2]) for tile in tiles(watcher)] == [
        ("2", "state=failed"),
        ("1", "state=unknown"),
    ]
    assert tiles(person(Role.EMPLOYEE)) == []
