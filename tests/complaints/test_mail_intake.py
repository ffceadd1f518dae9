"""Mails to the service desk: taken in, threaded, taken, answered once, archived (DSK-05, 06, CMP-24, PRV-15)."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.utils import timezone

from accounts.choices import Role
from complaints.choices import MailState
from complaints.models import Complaint, MailItem, MailReply
from complaints.selectors.mails import rows
from complaints.services import conversations, ending, mail_replies, mails, people, personal
from complaints.tasks import watch_clocks
from core import attachments
from core.models import Event
from core.workflow import InvalidTransition, LostRace
from notifications.choices import InboundState
from notifications.models import InboundContent, Message, Notice
from notifications.services import inbound, outbox
from tests.factories import customers as make_customers
from tests.factories import mails as make
from tests.factories.complaints import complaint_at, make_complaint

pytestmark = pytest.mark.django_db
OTHER = "王某 <someone@else.example>"


def record(crew, **fields):
    """An open enquiry of liu@example.com."""
    return make_complaint(crew.agent, **{"kind": "enquiry", "title": "发票"} | fields)


def registered(crew, item, **values):
    given = {
        "kind": "enquiry",
        "title": "教室",
        "text": item.text,
        "complainant": {"email": item.sender, "name": "刘芳"},
    }
    return mails.register(item, by=crew.agent, **given | values)


def deliver(smtp):
    smtp.messages.clear()
    outbox.deliver_due()
    return smtp.messages


# Taking in -------------------------------------------------------------------------------------------


def test_a_mail_waits_in_the_queue_with_24_hours_from_its_arrival(crew):
    at = timezone.now() - timedelta(hours=3)
    item = make.item_of(make.letter(), at=at)
    assert (item.state, item.subject, item.text, item.complaint) == (
        "new",
        "教室更换",
        "培训教室换了没有通知，我白跑一趟。",
        None,
    )
    assert item.answer_due == at + timedelta(hours=24)
    assert list(MailItem.objects.visible_to(crew.agent)) == [item]


def test_a_known_sender_is_shown_with_the_customer(crew):
    contact = make_customers.make_contact(make_customers.make_customer(unit=crew.desk), email="Liu@Example.com")
    item = make.item_of(make.letter())
    assert (item.contact, str(contact.customer) in item.who, make.SENDER in item.who) == (contact, True, False)


def test_files_are_kept_and_refused_ones_are_listed_with_the_reason():
    item = make.item_of(make.with_files(
        ("成绩.txt", "text/plain", "九十".encode()), ("猛.exe", "application/octet-stream", b"MZ"), ("假.pdf", "application/pdf", b"MZ"),
        ("../../etc/passwd", "text/plain", b"x"), ("空.txt", "text/plain", b""),
    ))  # fmt: skip
    assert [row.name for row in attachments.of(item)] == ["成绩.txt"]
    assert [file["name"] for file in item.refused] == ["猛.exe", "假.pdf", "passwd", "空.txt"]
    assert all(file["why"] for file in item.refused)


def test_an_empty_mail_is_in_the_queue_all_the_same():
    item = make.item_of(b"From: a@example.com\r\n\r\n")
    assert (item.state, item.shown_subject != "", item.text) == ("new", True, "")


# Receipts and loops ----------------------------------------------------------------------------------


def test_the_receipt_goes_out_once_in_the_thread(smtp):
    item = make.item_of(make.letter())
    (mail,) = deliver(smtp)
    assert (mail["To"], mail["In-Reply-To"], mail["References"]) == (make.SENDER, item.message_id, item.message_id)
    assert (mail["Auto-Submitted"], mail["Subject"]) == ("auto-replied", "Re: 教室更换")
    make.item_of(make.letter(subject="再说一次", In_Reply_To=mail["Message-ID"]))
    make.item_of(make.letter(subject="还有", In_Reply_To=item.message_id))
    assert deliver(smtp) == []


def test_one_address_gets_few_receipts_a_day(smtp):
    for number in range(6):
        make.item_of(make.letter(subject=f"第{number}封"))
    assert len(deliver(smtp)) == mails.RECEIPTS
    assert MailItem.objects.count() == 6


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-generated"}, {"List_Id": "<x.example>"}, {"sender": "noreply@shop.example"}, {"sender": "service@portal.example"},
     {"Authentication_Results": "mx; dmarc=fail"}],
)  # fmt: skip
def test_programs_lists_and_ourselves_get_no_receipt_but_are_in_the_queue(headers, smtp, settings):
    settings.PORTAL = settings.PORTAL | {"email": "service@portal.example"}
    item = make.item_of(make.letter(**headers))
    assert (item.state, item.is_acknowledged, deliver(smtp)) == ("new", False, [])


def test_two_programs_that_answer_each_other_stop_at_once(smtp):
    make.item_of(make.letter())
    for _round in range(5):
        for mail in list(deliver(smtp)):
            make.came(
                make.letter(
                    "我休假了",
                    subject=f"Re: {mail['Subject']}",
                    Auto_Submitted="auto-replied",
                    In_Reply_To=mail["Message-ID"],
                )
            )
    assert (MailItem.objects.count(), Message.objects.count()) == (1, 1)


# Threading and spoofing ------------------------------------------------------------------------------


def test_an_answer_to_our_mail_joins_the_record_and_tells_its_handler(crew, smtp):
    complaint = complaint_at("handling", crew)
    (mail,) = [one for one in deliver(smtp) if one["To"] == "liu@example.com"]
    item = make.item_of(make.letter("补充：当天还下雨", subject="回复：您好", In_Reply_To=mail["Message-ID"]))
    assert (item.state, item.complaint, item.is_acknowledged) == ("open", complaint, False)
    assert Event.objects.of(complaint).filter(kind="mail_came").count() == 1
    assert Notice.objects.filter(user=crew.handler, kind="complaints.mail_came").count() == 1


@pytest.mark.parametrize("written", ["Re: [{}] 发票", "关于{}的补充", "ｒｅ：{}"])
def test_the_number_in_the_subject_joins_when_the_sender_is_the_customer(crew, written):
    complaint = record(crew)
    item = make.item_of(make.letter(subject=written.format(complaint.number)))
    assert (item.state, item.complaint) == ("open", complaint)


def test_another_person_of_the_customer_is_a_party_too(crew):
    customer = make_customers.make_customer(unit=crew.desk)
    first = make_customers.make_contact(customer, email="liu@example.com")
    make_customers.make_contact(customer, email="zhang@example.com")
    complaint = record(crew, contact=first, complainant=None)
    item = make.item_of(make.letter(subject=complaint.number, sender="zhang@example.com"))
    assert item.complaint == complaint


def test_a_stranger_who_names_a_record_or_its_mail_is_held_for_a_person(crew, smtp):
    complaint = record(crew)
    (ours,) = deliver(smtp)
    by_number = make.item_of(make.letter(subject=f"[{complaint.number}]", sender=OTHER))
    by_header = make.item_of(make.letter(sender=OTHER, In_Reply_To=ours["Message-ID"]))
    forged = make.item_of(make.letter(subject=complaint.number, Authentication_Results="mx; dmarc=fail"))
    for item, doubt in ((by_number, "stranger"), (by_header, "stranger"), (forged, "forged")):
        assert (item.state, item.doubt, item.complaint, item.related) == ("held", doubt, None, complaint)
    assert Event.objects.of(complaint).filter(kind="mail_came").count() == 0
    assert deliver(smtp) == []


def test_a_strangers_mail_that_answers_a_customers_mail_is_new(crew):
    first = make.item_of(make.letter())
    item = make.item_of(make.letter(sender=OTHER, In_Reply_To=first.message_id))
    assert (item.state, item.follows) == ("new", None)


def test_what_names_an_ended_record_is_new_and_shows_it(crew):
    complaint = record(crew)
    ending.withdraw(complaint, by=crew.agent, comment="客户来电撤回")
    item = make.item_of(make.letter(subject=complaint.number))
    assert (item.state, item.complaint, item.related) == ("new", None, complaint)
    with pytest.raises(InvalidTransition):
        mails.take_mail(item, by=crew.agent, complaint=complaint)


def test_who_is_barred_from_the_record_sees_its_mails_no_more(crew):
    complaint = record(crew)
    linked = make.item_of(make.letter(subject=complaint.number))
    held = make.item_of(make.letter(subject=complaint.number, sender=OTHER))
    other = make.item_of(make.letter(subject="别的事"))
    assert set(MailItem.objects.visible_to(crew.second)) == {linked, held, other}
    people.name_concerned(complaint, person=crew.second, by=crew.lead)
    assert set(MailItem.objects.visible_to(crew.second)) == {other}
    assert set(rows(crew.handler)) == set()


# Taking on -------------------------------------------------------------------------------------------


def test_registering_keeps_the_words_the_moment_and_the_files(crew, smtp):
    at = timezone.now() - timedelta(hours=5)
    item = make.item_of(make.with_files(("成绩.txt", "text/plain", "九十".encode())), at=at)
    deliver(smtp)
    complaint = registered(crew, item)
    item.refresh_from_db()
    assert (item.state, item.complaint, item.taken_by) == ("open", complaint, crew.agent)
    assert (complaint.channel, complaint.received_at, complaint.cycle.started_at) == ("mail", at, at)
    assert [row.name for row in attachments.of(complaint)] == ["成绩.txt"]
    assert deliver(smtp) == []  # one automatic mail for a thread: the receipt of the mail
    with pytest.raises(InvalidTransition):
        registered(crew, item)
    assert Complaint.objects.count() == 1


def test_what_was_written_after_it_comes_along(crew):
    first = make.item_of(make.letter())
    second = make.item_of(make.letter(subject="补充", In_Reply_To=first.message_id))
    assert second.follows == first
    complaint = registered(crew, first)
    second.refresh_from_db()
    assert (second.state, second.complaint) == ("open", complaint)


def test_of_two_who_take_the_same_mail_one_hears_that_somebody_was_faster(crew):
    item = make.item_of(make.letter())
    copy = MailItem.objects.get(pk=item.pk)
    mails.dismiss_mail(item, by=crew.agent, comment="广告")
    with pytest.raises(LostRace):
        mails.take_mail(copy, by=crew.caller, complaint=record(crew))


def test_a_mail_that_is_not_for_us_needs_a_reason_and_can_be_taken_back(crew):
    item = make.item_of(make.letter())
    with pytest.raises(InvalidTransition):
        mails.dismiss_mail(item, by=crew.agent, comment=" ")
    mails.dismiss_mail(item, by=crew.agent, comment="广告")
    assert item.state == MailState.DISMISSED
    mails.take_back_mail(item, by=crew.agent)
    assert item.state == MailState.NEW


# Answering -------------------------------------------------------------------------------------------


def test_the_answer_leaves_once_in_the_thread_and_stops_both_clocks(crew, smtp):
    item = make.item_of(make.letter(References="<a@x.example>"))
    complaint = registered(crew, item)
    deliver(smtp)
    reply = mail_replies.write(item, by=crew.agent, text="教室在三楼。")
    with pytest.raises(InvalidTransition):
        mail_replies.write(item, by=crew.agent, text="再点一次")
    (mail,) = deliver(smtp)
    assert (mail["In-Reply-To"], mail["References"]) == (item.message_id, f"<a@x.example> {item.message_id}")
    assert (mail["Auto-Submitted"], mail["Subject"]) == ("no", f"Re: 教室更换 [{complaint.number}]")
    assert "教室在三楼。" in mail.get_body(("plain",)).get_content()
    item.refresh_from_db()
    reply.refresh_from_db()
    complaint = Complaint.objects.select_related("cycle").get(pk=complaint.pk)
    assert (item.state, item.answered_at, item.breached_at) == ("answered", reply.sent_at, None)
    assert complaint.cycle.first_response_at is not None or complaint.cycle.response_due is None
    mail_replies.mark_sent(reply.pk, timezone.now())  # heard twice
    assert complaint.cycle.conversations.count() == 1
    assert deliver(smtp) == []


def test_the_customers_next_mail_joins_by_our_answer(crew, smtp):
    item = make.item_of(make.letter())
    complaint = registered(crew, item)
    deliver(smtp)
    mail_replies.write(item, by=crew.agent, text="教室在三楼。")
    (mail,) = deliver(smtp)
    again = make.item_of(make.letter("谢谢", subject="Re: 完全另一个主题", In_Reply_To=mail["Message-ID"]))
    assert (again.state, again.complaint) == ("open", complaint)
    mails.settle_mail(again, by=crew.agent, comment="只是道谢")
    assert again.state == MailState.NO_REPLY


def test_more_time_is_a_state_of_its_own_until_the_answer(crew, smtp):
    item = make.item_of(make.letter())
    registered(crew, item)
    deliver(smtp)
    day = timezone.localdate() + timedelta(days=2)
    mail_replies.write(item, by=crew.agent, text="需要两天核实。", promised_on=day)
    deliver(smtp)
    item.refresh_from_db()
    assert (item.state, item.promised_on, item.due_at, bool(item.interim_at)) == ("interim", day, None, True)
    assert not MailItem.objects.overdue().exists()
    assert list(MailItem.objects.overdue(timezone.now() + timedelta(days=4))) == [item]
    mail_replies.write(item, by=crew.agent, text="核实完毕。")
    deliver(smtp)
    item.refresh_from_db()
    assert (item.state, bool(item.answered_at)) == ("answered", True)


def test_an_answer_that_is_cut_off_is_listed_as_unknown_and_not_sent_again(crew, smtp):
    item = make.item_of(make.letter())
    registered(crew, item)
    deliver(smtp)
    reply = mail_replies.write(item, by=crew.agent, text="教室在三楼。")
    Message.objects.filter(pk=reply.message_id).update(state="sending", claimed_at=timezone.now() - timedelta(hours=1))
    assert outbox.sweep() == {"requeued": 0, "unknown": 1}
    assert deliver(smtp) == []
    with pytest.raises(InvalidTransition):
        mail_replies.write(item, by=crew.agent, text="教室在三楼。")


def test_an_answer_that_came_back_is_told_to_who_wrote_it(crew, smtp):
    item = make.item_of(make.letter())
    registered(crew, item)
    deliver(smtp)
    reply = mail_replies.write(item, by=crew.agent, text="教室在三楼。")
    deliver(smtp)
    item.refresh_from_db()
    assert item.state == "answered"
    make.came(make.report(Message.objects.get(pk=reply.message_id)))
    assert Notice.objects.filter(user=crew.agent, kind="complaints.mail_failed").count() == 1
    item.refresh_from_db()
    assert (item.state, item.answered_at, item.due_at) == ("open", None, item.answer_due)
    mail_replies.write(item, by=crew.agent, text="教室在三楼，已改发到新地址。")


def test_a_promise_that_came_back_leaves_the_mail_to_be_answered(crew, smtp):
    item = make.item_of(make.letter())
    registered(crew, item)
    deliver(smtp)
    day = timezone.localdate() + timedelta(days=2)
    reply = mail_replies.write(item, by=crew.agent, text="需要两天核实。", promised_on=day)
    deliver(smtp)
    make.came(make.report(Message.objects.get(pk=reply.message_id)))
    item.refresh_from_db()
    assert (item.state, item.interim_at, item.promised_on) == ("open", None, None)


def test_an_old_answer_that_comes_back_does_not_open_what_was_answered_again(crew, smtp):
    item = make.item_of(make.letter())
    registered(crew, item)
    deliver(smtp)
    day = timezone.localdate() + timedelta(days=2)
    first = mail_replies.write(item, by=crew.agent, text="需要两天核实。", promised_on=day)
    deliver(smtp)
    item.refresh_from_db()
    mail_replies.write(item, by=crew.agent, text="核实完毕。")
    deliver(smtp)
    make.came(make.report(Message.objects.get(pk=first.message_id)))
    item.refresh_from_db()
    assert (item.state, item.answered_at is None) == ("answered", False)


def test_a_refused_answer_leaves_the_mail_to_be_answered(crew, smtp):
    item = make.item_of(make.letter())
    registered(crew, item)
    deliver(smtp)
    smtp.refuse = "550 no such person"
    mail_replies.write(item, by=crew.agent, text="教室在三楼。")
    outbox.deliver_due()
    smtp.refuse = None
    item.refresh_from_db()
    assert item.state == MailState.OPEN
    mail_replies.write(item, by=crew.agent, text="第二次")
    assert len(deliver(smtp)) == 1


def test_a_call_answers_the_mail_as_well(crew):
    complaint = record(crew)
    item = make.item_of(make.letter(subject=complaint.number), at=timezone.now() - timedelta(hours=1))
    conversations.log(complaint, by=crew.agent, summary="没打通", reached=False)
    item.refresh_from_db()
    assert item.state == MailState.OPEN
    conversations.log(complaint, by=crew.agent, summary="已电话说明")
    item.refresh_from_db()
    assert item.state == MailState.ANSWERED


# Clock -----------------------------------------------------------------------------------------------


def test_a_mail_that_waits_longer_is_late_once_and_stays_so(crew):
    late = make.item_of(make.letter(), at=timezone.now() - timedelta(hours=25))
    make.item_of(make.letter(subject="新"), at=timezone.now() - timedelta(hours=23))
    assert watch_clocks()["mails"] == {"done": 1, "failed": 0}
    assert watch_clocks()["mails"] == {"done": 0, "failed": 0}
    late.refresh_from_db()
    assert late.breached_at == late.answer_due
    assert Notice.objects.filter(kind="complaints.mail_late").count() == 2  # the leads
    with pytest.raises(IntegrityError), transaction.atomic():
        MailItem.objects.filter(pk=late.pk).update(breached_at=None)


def test_an_answer_after_24_hours_is_late_also_when_nobody_had_noticed(crew, smtp):
    item = make.item_of(make.letter(), at=timezone.now() - timedelta(hours=30))
    registered(crew, item)
    deliver(smtp)
    mail_replies.write(item, by=crew.agent, text="抱歉久等。")
    deliver(smtp)
    item.refresh_from_db()
    assert (item.state, item.breached_at) == ("answered", item.answer_due)


# Archive ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [("雨", True), ("教室", True), ("白跑一", True), ("没有通知", True), ("Refund", True), ("fund", True), ("火车", False), ("室教", False),
     ("liu@example.com", True), ("LIU@example.com", True), ("liu@example", False)],
)  # fmt: skip
def test_the_archive_finds_words_and_exact_addresses(client, crew, text, found):
    make.item_of(make.letter("培训教室换了没有通知，下雨白跑一趟，要 refund。"))
    client.force_login(crew.agent)
    page = client.get("/complaints/mails/", {"q": text}).content.decode()
    assert ("教室更换" in page) == found


def test_the_archive_finds_by_number_and_filters(client, crew):
    complaint = record(crew)
    make.item_of(make.letter(subject=f"{complaint.number} 补充"))
    make.item_of(make.letter(subject="别的事"), at=timezone.now() - timedelta(days=2))
    watch_clocks()
    client.force_login(crew.agent)

    def shown(**query):
        page = client.get("/complaints/mails/", query).content.decode()
        return ["补充" in page, "别的事" in page]

    assert shown(q=complaint.number) == [True, False]
    assert shown() == [False, True]
    assert shown(view="all") == [True, True]
    assert shown(late="true") == [False, True]
    assert shown(state="open") == [True, False]


def test_a_list_of_three_asks_as_often_as_one_of_one(client, crew, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    client.force_login(crew.agent)
    make.item_of(make.letter())
    client.get("/complaints/mails/")
    with CaptureQueriesContext(connection) as one:
        client.get("/complaints/mails/")
    for number in range(2):
        make.item_of(make.letter(subject=f"{number}"))
    with CaptureQueriesContext(connection) as three:
        client.get("/complaints/mails/")
    assert len(one) == len(three)


# Pages -----------------------------------------------------------------------------------------------


def test_an_agent_takes_a_mail_and_answers_it_on_the_pages(client, crew, smtp):
    item = make.item_of(make.letter())
    deliver(smtp)
    client.force_login(crew.agent)
    assert "培训教室换了" in client.get(item.get_absolute_url()).content.decode()
    page = client.get(f"{item.get_absolute_url()}register/")
    start = page.context["form"].initial
    assert (start["email"], start["name"], start["title"]) == (make.SENDER, "刘芳", "教室更换")
    form = page.context["form"]
    data = {name: value for name, value in start.items() if value is not None} | {
        "form_key": form.fields["form_key"].initial, "acknowledge": "1",
    }  # fmt: skip
    assert client.post(f"{item.get_absolute_url()}register/", data).status_code == 302
    item.refresh_from_db()
    answer = client.post(f"{item.get_absolute_url()}answer/", {"text": "教室在三楼。", "version": item.version})
    assert answer.status_code == 302
    assert [mail["To"] for mail in deliver(smtp)] == [make.SENDER]
    page = client.get(item.complaint.get_absolute_url()).content.decode()
    assert "教室更换" in page
    assert "教室在三楼。" in page


def test_attaching_names_the_field_and_keeps_what_was_typed(client, crew):
    item, complaint = make.item_of(make.letter()), record(crew)
    client.force_login(crew.agent)
    refused = client.post(f"{item.get_absolute_url()}attach/", {"complaint": "ZX-2020-999999", "version": item.version})
    assert refused.status_code == 200
    assert "ZX-2020-999999" in refused.content.decode()
    taken = client.post(
        f"{item.get_absolute_url()}attach/", {"complaint": complaint.number.lower(), "version": item.version}
    )
    item.refresh_from_db()
    assert (taken.status_code, item.complaint) == (302, complaint)


@pytest.mark.parametrize(("days", "status"), [(0, 302), (60, 302), (-1, 200), (61, 200)])
def test_a_promise_is_a_day_to_come(client, crew, days, status):
    item = make.item_of(make.letter())
    registered(crew, item)
    item.refresh_from_db()
    client.force_login(crew.agent)
    day = timezone.localdate() + timedelta(days=days)
    data = {"text": "需要时间", "promised_on": day.isoformat(), "version": item.version}
    assert client.post(f"{item.get_absolute_url()}interim/", data).status_code == status


def test_the_sender_is_masked_until_somebody_says_why(client, crew):
    item = make.item_of(make.letter())
    client.force_login(crew.agent)
    assert make.SENDER not in client.get(item.get_absolute_url()).content.decode()
    page = client.post(f"{item.get_absolute_url()}reveal/", {"reason": "电话联系"}).content.decode()
    assert make.SENDER in page
    assert Event.objects.of(item).filter(kind="revealed", by=crew.agent).count() == 1


def test_hostile_words_are_shown_as_words(client, crew):
    item = make.item_of(make.letter("<script>alert(1)</script>", subject="<img src=x onerror=alert(1)>"))
    client.force_login(crew.agent)
    for url in (item.get_absolute_url(), "/complaints/mails/"):
        page = client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.TRAINER, Role.ADMINISTRATOR])
def test_others_do_not_see_the_queue(client, role):
    item = make.item_of(make.letter())
    client.force_login(make_customers.make_person(role))
    assert [client.get(url).status_code for url in ("/complaints/mails/", item.get_absolute_url())] == [403, 403]


# Database --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM complaints_mailitem",
        "UPDATE complaints_mailitem SET text = 'x'",
        "UPDATE complaints_mailitem SET received_at = now()",
        "UPDATE complaints_mailitem SET answer_due = now() + interval '9 days'",
        "UPDATE complaints_mailreply SET text = 'x'",
        "DELETE FROM complaints_mailreply",
    ],
)
def test_what_was_written_never_changes(crew, statement):
    item = make.item_of(make.letter())
    registered(crew, item)
    mail_replies.write(item, by=crew.agent, text="教室在三楼。")
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_who_is_forgotten_is_forgotten_in_the_mails_too(crew):
    item = make.item_of(make.letter())
    complaint = registered(crew, item)
    personal.erase(complaint)
    item.refresh_from_db()
    assert (item.sender, item.sender_name, item.sender_index, item.mail.sender) == ("", "", "", "")
    assert InboundContent.objects.get(pk=item.mail_id).data is None
    assert not MailItem.objects.from_address(make.SENDER).exists()
    assert MailReply.objects.count() == 0


def test_who_is_forgotten_is_forgotten_in_mails_that_no_record_took(crew):
    complaint = registered(crew, make.item_of(make.letter()))
    dismissed, other = make.item_of(make.letter(text="又及")), make.item_of(make.letter(sender="wang@example.com"))
    mails.dismiss_mail(dismissed, by=crew.agent, comment="重复来信")
    personal.erase(complaint)
    dismissed.refresh_from_db()
    other.refresh_from_db()
    assert (dismissed.sender, dismissed.sender_index, dismissed.mail.sender) == ("", "", "")
    assert InboundContent.objects.get(pk=dismissed.mail_id).data is None
    assert other.sender == "wang@example.com"


def test_a_mail_whose_record_cannot_be_written_is_kept_for_a_person(monkeypatch):
    monkeypatch.setattr(mails, "_keep_files", lambda item, letter: 1 / 0)
    mail = make.came(make.letter())
    assert (mail.state, MailItem.objects.count(), Message.objects.count()) == (InboundState.FAILED, 0, 0)
    monkeypatch.undo()
    inbound.read_again(mail, by=make_customers.make_person(Role.ADMINISTRATOR))
    inbound.read_due()
    assert (MailItem.objects.count(), Message.objects.count()) == (1, 1)
