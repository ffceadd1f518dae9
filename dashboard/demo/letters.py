"""Mails of the last days: some answered, one told that it takes longer, one held, the newest still to be taken."""

from datetime import timedelta
from email.mime.text import MIMEText
from email.utils import formataddr

from django.utils import timezone

from complaints.choices import Kind
from complaints.models import Complaint, MailItem
from complaints.services import mail_replies
from complaints.services import mails as service
from customers.models import ContactPerson
from dashboard.demo import mails, sayings
from notifications.services import inbound

KINDS = {"answered": Kind.ENQUIRY, "interim": Kind.COMPLAINT, "open": Kind.SUGGESTION}
SPOOFED = ("关于 {} 的退款账户变更", "请把退款转到新的账户，账号见下一封邮件。", "caiwu@unknown.example")


class Letters:
    """What came into the service mailbox, as the fetcher stores and reads it."""

    def __init__(self, org, agenda, now):
        self.org, self.agenda, self.now = org, agenda, now
        self.uid = 100

    def plan(self):
        for hours, *letter in sayings.MAILS:
            self.agenda.add(self.now - timedelta(hours=hours), self.come, *letter)
        self.agenda.add(self.now - timedelta(hours=3), self.spoof)

    def come(self, name, address, subject, text, story):
        person = None
        if not address:
            people = ContactPerson.objects.filter(
                customer__kind="customer", erased_at=None, is_primary=True, language="zh-hans"
            )
            person = people.exclude(email_index="").order_by("pk")[self.uid % 7 + 3]
            name, address = person.name, person.email
        item = self._deliver(name, address, subject, text)
        mails.deliver()
        if story == "dismissed":
            self._later(1, self.dismiss, item.pk)
        elif story:
            self._later(1, self.take, item.pk, story)

    def _deliver(self, name, address, subject, text):
        self.uid += 1
        mail = MIMEText(text, "plain", "utf-8")
        mail["From"], mail["To"], mail["Subject"] = formataddr((name, address)), "service@zhixing.example", subject
        mail["Message-ID"] = f"<demo-{self.uid}@{address.partition('@')[2]}>"
        row = inbound.keep("service", 1, self.uid, mail.as_bytes(), received_at=timezone.now())
        inbound.read(row.pk)
        return MailItem.objects.get(mail=row)

    def _later(self, hours, act, *given):
        self.agenda.add(timezone.now() + timedelta(hours=hours), act, *given)

    def dismiss(self, pk):
        service.dismiss_mail(MailItem.objects.get(pk=pk), by=self.org.users["agent"], comment="广告，与客户事项无关")

    def take(self, pk, story):
        item, agent = MailItem.objects.select_related("contact__customer").get(pk=pk), self.org.users["agent"]
        service.register(item, by=agent, kind=KINDS[story], title=item.subject, text=item.text, contact=item.contact)
        if story == "interim":
            day = timezone.localdate() + timedelta(days=3)
            text = f"您好，来信收悉。我们需要向授课部门核实讲义版本，请给我们一点时间，{day:%-m月%-d日}前答复您。"
            self._later(2, self.answer, pk, text, day)
        elif story == "answered":
            self._later(
                2,
                self.answer,
                pk,
                "您好，可以合并开具。请提供单位名称、税号和两期课程的报名编号，我们收到后三个工作日内开出。",
                None,
            )

    def answer(self, pk, text, day):
        mail_replies.write(MailItem.objects.get(pk=pk), by=self.org.users["agent"], text=text, promised_on=day)
        mails.deliver()

    def spoof(self):
        """Somebody else names a record of a customer: held until a person has made sure."""
        subject, text, address = SPOOFED
        complaint = Complaint.objects.filter(kind=Kind.COMPLAINT).open().order_by("-pk").first()
        if complaint is not None:
            self._deliver("财务", address, subject.format(complaint.number), text)
