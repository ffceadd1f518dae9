"""Visit plans, visits and focus groups, made the way the portal's people make them."""

from datetime import timedelta

from django.utils import timezone

from accounts.choices import Role
from dashboard.demo.clock import at
from fieldwork.choices import MeetingKind, VisitForm
from fieldwork.services import meeting_reports, meetings, visit_plans
from tests.factories import customers as make


def officer(**fields):
    return make.make_person(Role.SURVEY_OFFICER, unit=make.make_unit("HQ"), **fields)


def visitor(unit=None, **fields):
    return make.make_person(Role.DEPARTMENT_USER, unit=unit or make.make_unit(), **fields)


def customer(**fields):
    """A customer with a contact person who can be asked."""
    made = make.make_customer(**fields)
    make.make_contact(made)
    return made


def in_days(days, hours=0):
    return (timezone.now() + timedelta(days=days, hours=hours)).replace(second=0, microsecond=0)


def visit(by, *, of=None, **fields):
    """A booked visit, the day after tomorrow."""
    of = of or customer()
    given = {"starts_at": in_days(2), "minutes": 90, "place": "客户培训中心301", "purpose": "了解培训需求", "lead": by,
             "form": VisitForm.ON_SITE, "contacts": [of.contacts.first()]}  # fmt: skip
    return meetings.book(by=by, customer=of, **given | fields)


def group(by, *, contacts=None, **fields):
    """A booked focus group of three customers."""
    contacts = [customer().contacts.get() for _one in range(3)] if contacts is None else contacts
    given = {"starts_at": in_days(3), "minutes": 120, "place": "总部一号会议室", "title": "制造业客户座谈会",
             "shared_need": "安全培训", "lead": by, "kind": MeetingKind.GROUP}  # fmt: skip
    return meetings.book(by=by, contacts=contacts, **given | fields)


def held(meeting, by, **fields):
    """It took place, at the end of its time."""
    with at(meeting.ends_at):
        return meetings.hold(meeting, by=by, **fields)


def reported(meeting, by, **fields):
    """A submitted report."""
    given = {"opinion": "对讲师满意，希望增加实操。"} if meeting.is_visit else {"discussion": "大家都谈到排课。"}
    report = meeting_reports.write(meeting, by=by, **given | fields)
    return meeting_reports.submit(report, by=by)


def plan(by, *, unit=None, year=None):
    return visit_plans.create(by=by, year=year or timezone.localdate().year, unit=unit or make.make_unit("HQ"))


def line(on, by, *, of=None, first=None, last=None, **fields):
    """A line of today's days, unless they are given."""
    today = timezone.localdate()
    given = {
        "form": VisitForm.ON_SITE,
        "customer": of or customer(),
        "from_on": first or today,
        "to_on": last or first or today,
    }
    return visit_plans.add_line(on, by=by, **given | fields)


def confirmed(by, *lines, on=None, **fields):
    """A confirmed plan; ``lines`` are the fields of each. The branches have agreed."""
    made = on or plan(by, **fields)
    for one in lines or ({},):
        row = line(made, by, **one)
        if row.needs_agreement:
            visit_plans.agree(row, by=visitor(row.unit))
    return visit_plans.confirm(made, by=by)
