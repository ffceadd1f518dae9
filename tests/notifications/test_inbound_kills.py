"""kill -9 of the fetcher at planted points: every mail registered once, every answer out once or listed as unknown."""

import random
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from complaints.models import MailItem
from complaints.services import mail_replies, mails
from notifications.models import InboundContent, InboundMail, Message
from notifications.services import inbound, outbox
from tests.factories import mails as make
from tests.factories.complaints import Crew
from tests.support.dying import POINTS

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)
FETCHING = [point for point in POINTS if not point.startswith("answer")]


def die(point, environment, imap):
    """Run the fetcher until it is killed at ``point``."""
    given = environment | {"SERVICE_MAILBOX_URL": imap.address()}
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.dying", point],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def catch_up(wait_for):
    """The next runs of the same task; the lock of the killed one ends with its connection."""
    wait_for(lambda: inbound.fetch_all()["service"] is not None)
    inbound.read_due()
    inbound.fetch_all()


@pytest.mark.parametrize("point", FETCHING)
def test_a_killed_fetcher_registers_every_mail_once(point, imap, child_environment, wait_for):
    uids = [imap.deliver(make.letter(subject=f"第{number}封")) for number in range(3)]
    die(point, child_environment, imap)
    catch_up(wait_for)
    assert sorted(InboundMail.objects.values_list("uid", "state")) == [(uid, "done") for uid in uids]
    assert sorted(MailItem.objects.values_list("subject", flat=True)) == ["第0封", "第1封", "第2封"]
    assert Message.objects.filter(kind="complaints.mail_receipt").count() == 3
    assert InboundContent.objects.exclude(data=None).count() == 3
    assert imap.seen() == uids
    assert inbound.count_all() == {"service": 0}


@pytest.mark.parametrize(
    ("point", "arrived"),
    [("answer before sending", 0), ("answer after sending", 1), ("answer marked, not committed", 1)],
)
def test_a_killed_sender_sends_no_answer_twice(point, arrived, imap, smtp, child_environment):
    crew = Crew()
    item = make.item_of(make.letter())
    given = {"kind": "enquiry", "title": "教室", "text": "x", "complainant": {"email": item.sender}}
    mails.register(item, by=crew.agent, **given)
    Message.objects.all().update(state="cancelled")
    reply = mail_replies.write(item, by=crew.agent, text="教室在三楼。")
    die(point, child_environment, imap)
    assert len(smtp.messages) == arrived
    outbox.sweep(timezone.now() + timedelta(minutes=10))
    outbox.deliver_due()
    message = Message.objects.get(pk=reply.message_id)
    assert (len(smtp.messages), message.state) == (arrived, "unknown")


@pytest.mark.soak
def test_fifty_kills_of_fetchers_lose_and_double_nothing(imap, child_environment, wait_for):
    """Mails keep coming while fetchers are killed at random moments; then everything is there once."""
    chance, sent = random.Random(20261122), 120
    sender = threading.Thread(
        target=lambda: [(imap.deliver(make.letter(subject=f"{n}")), time.sleep(0.3)) for n in range(sent)], daemon=True
    )
    sender.start()
    given = child_environment | {
        "SERVICE_MAILBOX_URL": imap.address(),
        "DJANGO_SETTINGS_MODULE": "satisfaction.settings",
    }
    code = "import django; django.setup(); from notifications.services import inbound as i; i.fetch_all(); i.read_due()"
    for _kill in range(50):
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=given)
        try:
            process.wait(chance.uniform(2, 6))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    sender.join()
    for _run in range(10):
        catch_up(wait_for)
    assert MailItem.objects.count() == InboundMail.objects.filter(state="done").count() == sent
    assert sorted(int(subject) for subject in MailItem.objects.values_list("subject", flat=True)) == list(range(sent))
