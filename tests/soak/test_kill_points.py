"""kill -9 at named points of mail fetcher, worker and web: every mail registered once, every reply out once or listed as unknown,
every form taken once; nothing half written, no file of nobody; afterwards the work goes on.

Five points run always, all of them with ``make soak``.
"""

import random
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import timezone

from complaints import exports, tasks
from complaints.choices import State
from complaints.models import ClockAlert, Complaint, MailItem, MailReply, Pause, ProgressReport, Reply
from complaints.services import mail_replies, mails, progress
from core import leftovers
from core.jobs import runner
from core.models import Attachment, Event, Job
from notifications.models import InboundContent, InboundMail, Message, Notice
from notifications.services import inbound, outbox
from tests.factories import mails as make
from tests.factories.clocks import clock, paused
from tests.factories.complaints import Crew, complaint_at, fresh, hand_in, make_complaint
from tests.support import dying
from tests.support.dying import point

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40 + b"IEND\xaeB`\x82"
SAID = {"kind": "complaint", "title": "换讲师", "text": "没有通知", "channel": "phone", "form_key": "k1", "name": "刘芳",
        "phone": "13812345678", "email": "liu@example.com"}  # fmt: skip


@pytest.fixture
def crew(transactional_db):
    return Crew()


def files_of_nobody():
    """Stored files without a row, after the nightly sweep of two days later."""
    leftovers.sweep(time.time() + 2 * 86400)
    root = Path(django_settings.MEDIA_ROOT)
    there = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    return there ^ set(Attachment.objects.values_list("file", flat=True)) ^ set(
        Job.objects.exclude(file="").values_list("file", flat=True)
    )  # fmt: skip


# Mail fetcher -----------------------------------------------------------------------------------------


@pytest.fixture
def fetched(mortals, imap, wait_for):
    def at(name):
        subjects = [f"第{number}封" for number in range(3)]
        uids = [imap.deliver(make.with_files(("图.png", "image/png", PNG), subject=one)) for one in subjects]
        mortals.die("fetch", point(*dying.FETCHING[name]))
        wait_for(lambda: inbound.fetch_all()["service"] is not None)  # the lock of the dead ends with its connection
        inbound.read_due()
        inbound.fetch_all()
        assert sorted(InboundMail.objects.values_list("uid", "state")) == [(uid, "done") for uid in uids]
        assert sorted(MailItem.objects.values_list("subject", flat=True)) == subjects
        assert sorted(Message.objects.values_list("kind", flat=True)) == ["complaints.mail_receipt"] * 3
        assert InboundContent.objects.exclude(data=None).count() == Attachment.objects.count() == 3
        assert imap.seen() == uids
        assert (inbound.count_all(), files_of_nobody()) == ({"service": 0}, set())

    return at


# Replies ----------------------------------------------------------------------------------------------


def answer_of_a_mail(crew):
    item = make.item_of(make.letter())
    mails.register(item, by=crew.agent, kind="enquiry", title="教室", text="x", complainant={"email": item.sender})
    Message.objects.update(state="cancelled")
    return mail_replies.write(item, by=crew.agent, text="教室在三楼。"), MailReply, "complaints.services.mail_replies"


def reply_of_a_record(crew):
    complaint = complaint_at(State.REPLIED, crew, form="mail")
    return Reply.objects.get(cycle=complaint.cycle), Reply, "complaints.services.replies"


def progress_of_a_record(crew):
    complaint = complaint_at(State.HANDLING, crew)
    made = progress.report(fresh(complaint), by=crew.handler, text="检测预计周五完成。", channel="mail")
    return made, ProgressReport, "complaints.services.progress"


LETTERS = {
    "complaints.mail_reply": answer_of_a_mail, "complaints.reply": reply_of_a_record, "complaints.progress": progress_of_a_record
}  # fmt: skip


@pytest.fixture
def sent(mortals, smtp, crew):
    def at(kind, name):
        *place, arrived, state = dying.SENDING[name]
        row, model, app = LETTERS[kind](crew)
        Message.objects.exclude(kind=kind).update(state="cancelled")
        Message.objects.filter(kind=kind).update(not_before=timezone.now())
        mortals.die("deliver", point(*place, app=app))
        assert len(smtp.messages) == arrived
        outbox.sweep(timezone.now() + timedelta(minutes=10))
        outbox.deliver_due()
        message = Message.objects.get(kind=kind)
        known = model.objects.get(pk=row.pk).sent_at is not None
        assert (message.state, len(smtp.messages), known) == (state, 1 if state == "sent" else arrived, state == "sent")

    return at


# Web --------------------------------------------------------------------------------------------------


@pytest.fixture
def registered(mortals, client, crew):
    """A colleague's form or a customer's is posted until its process dies, then once more."""

    def at(page, place):
        client.force_login(crew.agent)
        given = SAID | {"received_at": (timezone.localtime() - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")}
        url, user = reverse("complaints:create"), crew.agent.pk
        if page == "voice":
            url, user = reverse("voice:form"), None
            form = client.get(url)
            given = {"kind": "complaint", "text": "证书没有寄到。", "wish": "尽快", "by": "phone", "phone": "138 1234 5678",
                     "name": "张女士", "email": "liu@example.com", "consent": "1",
                     "form_key": form.content.decode().partition('name="form_key" value="')[2].partition('"')[0]}  # fmt: skip
        files = [("一.png", PNG.hex()), ("二.png", PNG.hex())]
        mortals.die("request", place, user=user, url=url, data=given, files=files)
        dying.request(user, url, given, files)
        row = Complaint.objects.get()
        receipts = Message.objects.filter(kind="complaints.receipt").count()
        assert (row.number[-6:], row.transitions.count(), row.cycles.count(), receipts) == (f"{1:06d}", 1, 1, 1)
        assert Attachment.objects.filter(subject_id=row.pk).count() == 2
        assert files_of_nobody() == set()

    return at


ANSWERS = {
    "new": ("complaints.views.complaints", "redirect", "before"),
    "voice": ("complaints.views_public", "_received", "before"),
}


# Worker -----------------------------------------------------------------------------------------------


@pytest.fixture
def watched(mortals, crew):
    def at(name):
        with clock("2026-03-02 10:00"):
            late = complaint_at(State.HANDLING, crew)
            waits = paused(complaint_at(State.HANDLING, crew), crew, "2026-03-04 09:00")
        mortals.die("watch", point(*dying.WATCHING[name]))
        for _run in range(2):
            tasks.watch_clocks()
        told = list(
            Notice.objects.filter(kind__in=["complaints.clock", "complaints.progress_owed"]).values_list("dedupe_key")
        )
        assert len(told) == len(set(told)) > 0
        assert Pause.objects.get().state == "ended"
        kinds = list(Event.objects.filter(subject_id__in=[late.pk, waits.pk], subject="complaints.complaint")
                     .values_list("kind", flat=True))  # fmt: skip
        assert (kinds.count("result_late"), fresh(waits).state, fresh(late).cycle.result_breached_at is not None) == (
            2, State.HANDLING, True)  # fmt: skip
        alerts = list(ClockAlert.objects.values_list("cycle_id", "clock", "percent"))
        assert len(alerts) == len(set(alerts))

    return at


@pytest.fixture
def exported(mortals, crew, client, monkeypatch):
    def at(name):
        make_complaint(crew.agent)
        monkeypatch.setattr(exports, "AT_ONCE", 0)
        client.force_login(crew.lead)
        client.get(reverse("complaints:list"), {"view": "all", "format": "csv"})
        job = Job.objects.get()
        mortals.die("work", point(*dying.WORKING[name]), job=str(job.pk))
        Job.objects.filter(state="running").update(beat_at=timezone.now() - timedelta(minutes=5))
        runner.sweep()
        runner.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.result, bool(job.file)) == ("done", {"rows": 1}, True)
        assert (files_of_nobody(), Notice.objects.filter(user=crew.lead, kind__contains="job").count()) == (set(), 1)

    return at


# Always -----------------------------------------------------------------------------------------------


def test_a_file_of_a_mail_without_its_row(fetched):
    fetched("file without its row")


def test_a_reply_taken_by_the_server_and_not_written_down(sent):
    sent("complaints.reply", "taken with 250")


def test_a_form_with_files_written_and_not_committed(registered):
    registered("new", point(*dying.REGISTERING["written, not committed"]))


def test_clocks_half_looked_at(watched):
    watched("breach, nobody told")


def test_an_export_without_its_row(exported):
    exported("file without its row")


# With make soak ---------------------------------------------------------------------------------------


@pytest.mark.soak
@pytest.mark.parametrize("name", dying.FETCHING)
def test_a_killed_fetcher_registers_every_mail_once(fetched, name):
    fetched(name)


@pytest.mark.soak
@pytest.mark.parametrize("name", dying.SENDING)
@pytest.mark.parametrize("kind", LETTERS)
def test_a_killed_sender_sends_nothing_twice(sent, kind, name):
    sent(kind, name)


@pytest.mark.soak
@pytest.mark.parametrize("name", [*dying.REGISTERING, "committed, not answered"])
@pytest.mark.parametrize("page", ANSWERS)
def test_a_form_whose_process_died_is_taken_once(registered, page, name):
    registered(page, point(*dying.REGISTERING.get(name) or ANSWERS[page]))


@pytest.mark.soak
@pytest.mark.parametrize("name", dying.WATCHING)
def test_a_killed_watch_of_clocks_tells_everybody_once(watched, name):
    watched(name)


@pytest.mark.soak
@pytest.mark.parametrize("name", dying.WORKING)
def test_a_killed_export_is_made_once(exported, name):
    exported(name)


@pytest.mark.soak
@pytest.mark.parametrize(
    "place",
    [("complaints.services.replies", "edit", "before"), ("notifications.services.outbox", "queue", "before"),
     ("notifications.services.outbox", "queue", "after"), ("core.acts", "redirect", "before")],
)  # fmt: skip
def test_a_killed_approval_of_a_reply_queues_one_mail(mortals, crew, place):
    complaint = complaint_at(State.HANDLING, crew)
    hand_in(complaint, crew, form="mail")
    given = {"user": crew.lead.pk, "url": reverse("complaints:act", args=[complaint.pk, "approve"]),
             "data": {"version": fresh(complaint).version}}  # fmt: skip
    mortals.die("request", point(*place), **given)
    dying.request(**given)
    assert fresh(complaint).state == State.REPLIED
    assert Message.objects.filter(kind="complaints.reply").count() == 1
    assert complaint.transitions.filter(to_state="replied").count() == 1


@pytest.mark.soak
@pytest.mark.parametrize(
    "place",
    [("complaints.services.mails", "take_mail", "before"), ("complaints.services.mails", "_hand_over_files", "after"),
     ("complaints.services.mails", "take_mail", "after"), ("complaints.views.mails", "redirect", "before")],
)  # fmt: skip
def test_a_killed_registration_of_a_mail_makes_one_record(mortals, crew, place):
    item = make.item_of(make.with_files(("图.png", "image/png", PNG)))
    data = SAID | {"channel": "mail", "received_at": timezone.localtime(item.received_at).strftime("%Y-%m-%dT%H:%M")}
    given = {"user": crew.agent.pk, "url": reverse("complaints:mail_register", args=[item.pk]), "data": data}
    mortals.die("request", point(*place), **given)
    dying.request(**given)
    complaint = Complaint.objects.get()
    item.refresh_from_db()
    assert (item.complaint, item.state, Attachment.objects.count()) == (complaint, "open", 2)
    assert files_of_nobody() == set()


@pytest.mark.soak
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_killed_bulk_act_is_finished_by_pressing_again(mortals, crew, nth, when):
    rows = [complaint_at(State.ACCEPTED, crew) for _n in range(3)]
    data = {"row": [f"{row.pk}:{fresh(row).version}" for row in rows], "category": "teaching", "reason": "x",
            "unit": crew.department.pk, "handler": crew.handler.pk, "comment": "分派"}  # fmt: skip
    given = {"user": crew.lead.pk, "url": reverse("complaints:bulk", args=["assign"]), "data": data}
    mortals.die("request", point("complaints.services.bulk", "_one", when, nth=nth), **given)
    done = Complaint.objects.filter(state=State.ASSIGNED).count()
    assert done == nth - (when == "before")
    dying.request(**given)
    assert list(Complaint.objects.values_list("state", "handler")) == [(State.ASSIGNED, crew.handler.pk)] * 3
    assert Event.objects.filter(to_state=State.ASSIGNED, subject="complaints.complaint").count() == 3


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
        wait_for(lambda: inbound.fetch_all()["service"] is not None)
        inbound.read_due()
    assert MailItem.objects.count() == InboundMail.objects.filter(state="done").count() == sent
    assert sorted(int(subject) for subject in MailItem.objects.values_list("subject", flat=True)) == list(range(sent))
