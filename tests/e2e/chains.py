"""What the stories of the chains share: who is there, how a phone writes, what a paper says."""

import re
from datetime import datetime, time, timedelta
from types import SimpleNamespace

import pypdfium2
from django.utils import timezone

from accounts.choices import Role
from core import periods
from customers.services import contacts, customers
from reports.models import Report
from tests.e2e.desk import zh
from tests.factories import accounts as make
from tests.factories import appraisal as appraisals
from tests.factories.complaints import make_complaint
from tests.factories.customers import make_service

EVIDENCE = {"name": "整改记录.txt", "mimeType": "text/plain", "buffer": "值班表与回复记录".encode()}
CALLER = {"name": "刘芳", "phone": "+8613812345678", "email": "liufang@kehu.example"}


def somebody(username, name, role, unit, **fields):
    return make.person(role, username=username, unit=unit, password=make.PASSWORD, name_zh=name, **fields)


def house():
    """Head office with customer service, where calls come in, and teaching, which is complained about."""
    head = make.unit("HQ", kind="head_office", name_zh="知行培训总部", name_en="Head Office")
    service = make.unit("CS", parent=head)
    teaching = make.unit("JW", parent=head, name_zh="教务部", name_en="Teaching")
    made = SimpleNamespace(
        head=head, service=service, teaching=teaching,
        agent=somebody("agent", "林小雨", Role.AGENT, service), caller=somebody("caller", "何清", Role.AGENT, service),
        lead=somebody("lead", "陈丽华", Role.LEAD, service),
        handler=somebody("handler", "郭志强", Role.DEPARTMENT_USER, teaching),
    )  # fmt: skip
    return made


def customer(home, *, language="zh-hans", **fields):
    """A customer with the contact person who calls."""
    made = customers.create(by=home.agent, unit=home.service, code="KH-201", name_zh="江海重工", name_en="Jianghai")
    given = CALLER | {"language": language, "consent_survey": True, "consent_source": "contract"} | fields
    contacts.add(made, by=home.agent, **given)
    return made


def log_call(agent, caller, said):
    """The number finds the caller; saving the call leads to the form of a complaint."""
    agent.go("customers:call").fill(number="138 1234 5678")
    agent.press("Look up")
    agent.sees(caller)
    agent.fill(summary=said)
    agent.press("Save and register a complaint")
    agent.page.wait_for_url("**/new/?interaction=*")


def draw_up(officer):
    """The report of this quarter, drawn up by the worker and opened."""
    officer.go("reports:report_list").follow("Draw up a report")
    quarter = periods.containing("quarter", timezone.localdate())
    officer.fill(period=f"quarter:{quarter.starts_on.isoformat()}")
    officer.press("Draw up")
    officer.main.get_by_role("link", name=zh("Open the result")).click(timeout=60_000)
    return Report.objects.get(pk=officer.pk())


def attach(desk, **files):
    """Choose files on the page, by the names of their fields."""
    for name, file in (files or {"files": EVIDENCE}).items():
        desk.page.locator(f"main [name={name}]").set_input_files(file)


def paper_text(content):
    """All the words of a PDF, without blanks."""
    with pypdfium2.PdfDocument(content) as paper:
        return re.sub(r"\s", "", "".join(page.get_textpage().get_text_bounded() for page in paper))


def days(number):
    return (timezone.localdate() + timedelta(days=number)).isoformat()


def supervision(home):
    """Two members of the supervision group, and the head and an executor of the department they look at."""
    home.handler.memberships.update(is_head=True)
    home.executor = somebody("executor", "马晓东", Role.DEPARTMENT_USER, home.teaching)
    for username, name in (("inspector", "沈国平"), ("second", "丁雪")):
        fields = {"username": username, "name_zh": name, "unit": home.head, "password": make.PASSWORD}
        setattr(home, username, make.supervisor(Role.SUPERVISOR, **fields))


def appraisal(home):
    """A draft cycle of a quarter that has ended, in which twenty services were given and one complaint came in."""
    home.handler.memberships.update(is_head=True)
    home.assessor = somebody("assessor", "梁敏", Role.APPRAISAL_OFFICER, home.head)
    home.superior = somebody("superior", "周启明", Role.EXECUTIVE, home.head)
    home.executive = somebody("executive", "方卓", Role.EXECUTIVE, home.head)
    who = SimpleNamespace(officer=home.assessor, superior=home.superior, executive=home.executive)
    made = customer(home)
    for _number in range(20):
        make_service(made, home.agent, unit=home.teaching, happened_on=appraisals.DAY)
    received = timezone.make_aware(datetime.combine(appraisals.DAY, time(10)))
    complaint = make_complaint(home.agent, unit=home.teaching, received_at=received)
    return appraisals.cycle(who, scheme_version=appraisals.scheme(who, missing_max=100)), complaint
