"""What of call lists and appointments shows in the navigation, on home pages, in the search and on pages of lower apps."""

from datetime import datetime, time, timedelta

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core import due, history, nav, panels, periods, search
from core.worktime import Limit, LimitKind
from core.worktime import due as due_of
from core.worktime.store import calendar_for
from fieldwork.choices import RuleKind, Satisfaction, TaskState
from fieldwork.models import CallRule, CallTask, Meeting
from fieldwork.selectors import candidates, figures, visits
from fieldwork.services import calls

SEES = ("fieldwork.make_calls", "fieldwork.see_calls")
PLANS_VISITS = (
    "fieldwork.see_visits",
    "fieldwork.plan_visits",
)  # others come to theirs from what is due, and by search
SEES_VISITS = ("fieldwork.see_visits", "fieldwork.plan_visits", "fieldwork.make_visits")
AHEAD_DAYS = 7  # appointments of so many days stand on the home page
REPORT_DAYS = 3  # working days until the report of an appointment is owed
SHOWN = 10
WARNED_DAYS = 21  # before a quarter's end, missing spot checks are due
HISTORY = {
    "take": gettext_lazy("Taken to be called"), "put_back": gettext_lazy("Put back or to be called again"),
    "reach": gettext_lazy("Reached"), "give_up": gettext_lazy("Not reached"),
    "people_invited": gettext_lazy("People invited"), "withdrawn": gettext_lazy("Somebody taken off"), "moved": gettext_lazy("Moved"),
    "recounted": gettext_lazy("Calendar entry called back"), "replied": gettext_lazy("Reply written down"),
    "hold": gettext_lazy("Took place"), "miss": gettext_lazy("Customer was not there"), "agreed": gettext_lazy("Agreed by the branch"),
    "point_added": gettext_lazy("Point written down"), "point_taken_up": gettext_lazy("Point taken up"),
    "line_removed": gettext_lazy("Line taken off the plan"), "revise": gettext_lazy("Opened for revision"),
}  # fmt: skip


def register():
    history.add_words(HISTORY)
    nav.add(nav.Entry("voice", gettext_lazy("Call lists"), "fieldwork:call_list", SEES, count=owed, order=28))
    nav.add(
        nav.Entry(
            "voice",
            gettext_lazy("Visits"),
            "fieldwork:visit_list",
            SEES_VISITS,
            count=soon,
            order=32,
            prefix="/visits/",
        ),
        nav.Entry(
            "voice",
            gettext_lazy("Visit plans"),
            "fieldwork:visit_plan_list",
            PLANS_VISITS,
            order=33,
            prefix="/visits/plans/",
        ),
        nav.Entry("voice", gettext_lazy("Focus groups"), "fieldwork:group_list", PLANS_VISITS, order=34),
    )
    due.add_due("fieldwork", due_items)
    due.add_due("visits", visits_due)
    due.add_tiles("fieldwork", tiles)
    search.add_search(hits)
    panels.add_panel("customers.customer", customer_panel)
    panels.add_panel("customers.customer", visits_panel)
    search.add_search(meeting_hits)
    panels.add_panel("customers.follow_up", follow_up_panel)


def owed(user):
    """Counter in the navigation: what the user can call now."""
    return calls.queue(user).order_by() if user.has_perm("fieldwork.make_calls") else None


def due_items(user):
    """Calls in hand and times agreed; spot checks that a quarter still lacks; dissatisfied customers to check."""
    yield from _mine(user)
    yield from _missing(user)
    yield from _to_check(user)


def _mine(user):
    if not user.has_perm("fieldwork.make_calls"):
        return
    rows = CallTask.objects.visible_to(user).pending().filter(owner=user).select_related("customer", "contact", "rule")
    for row in rows.order_by("next_at")[:SHOWN]:
        yield due.DueItem(
            kind=pgettext("noun", "Call"), title=row.customer.name, url=row.get_absolute_url(), number=row.number, due_at=row.next_at,
            act=_("Say how it went") if row.state == TaskState.CALLING else _("Call at the time agreed"), sub=row.rule.name,
        )  # fmt: skip


def _missing(user):
    if not user.has_perm("fieldwork.manage_rules"):
        return
    today = timezone.localdate()
    for rule in CallRule.objects.active().filter(kind=RuleKind.SAMPLE):
        for quarter in candidates.quarters(rule, today):
            if (quarter[1] - today).days > WARNED_DAYS:
                continue
            missing = sum(row.missing for row in figures.achieved(rule, today, quarter))
            if missing:
                yield due.DueItem(
                    kind=_("Spot checks"), title=rule.name, url=rule.get_absolute_url(), number=rule.code,
                    due_at=periods.of("quarter", quarter[1]).cut_off,
                    act=_("%(n)s spot checks of the quarter are still missing") % {"n": missing},
                )  # fmt: skip


def _to_check(user):
    if not user.has_perm("fieldwork.check_calls"):
        return
    rows = CallTask.objects.visible_to(user).filter(
        satisfaction=Satisfaction.DISSATISFIED, checks=None, follow_up__closed_at__isnull=False
    )
    for row in rows.exclude(attempts__by=user).select_related("customer", "rule").order_by("closed_at")[:SHOWN]:
        yield due.DueItem(
            kind=_("Dissatisfied customer"), title=row.customer.name, url=reverse("fieldwork:call_check", args=[row.pk]),
            number=row.number, act=_("Write down how it ended"), sub=row.rule.name,
        )  # fmt: skip


def tiles(user):
    if not user.has_perm("fieldwork.make_calls"):
        return []
    today = figures.today(user)
    note = _("%(n)s with a time agreed for today") % {"n": today["agreed"]}
    return [due.Tile(_("To be called now"), f"{today['ripe']:,}", reverse("fieldwork:call_list"), note, order=15)]


def hits(user, text):
    """Calls by their number."""
    digits = text.upper().removeprefix("HF-").lstrip("0")
    if not text.upper().startswith("HF-") or not digits.isdecimal():
        return []
    rows = CallTask.objects.visible_to(user).filter(pk=digits).select_related("customer")
    return [search.Hit(pgettext("noun", "Call"), row.number, row.get_absolute_url(), row.customer.name) for row in rows]


def customer_panel(request, customer):
    rows = CallTask.objects.visible_to(request.user).filter(customer=customer).select_related("rule", "owner")
    rows = list(rows.order_by("-pk")[:SHOWN])
    return render_to_string("fieldwork/panel.html", {"rows": rows}, request=request) if rows else ""


def follow_up_panel(request, follow_up):
    rows = CallTask.objects.visible_to(request.user).filter(follow_up=follow_up).select_related("rule", "owner")
    rows = list(rows[:SHOWN])
    return render_to_string("fieldwork/panel.html", {"rows": rows}, request=request) if rows else ""


# Visits and groups


def soon(user):
    """Counter in the navigation: my booked appointments of the next days, and those of which nobody said how they went."""
    if not user.has_perm("fieldwork.make_visits"):
        return None
    return _mine_booked(user).order_by()


def _mine_booked(user):
    end = timezone.now() + timedelta(days=AHEAD_DAYS)
    return Meeting.objects.booked().of_person(user).filter(starts_at__lte=end)


def visits_due(user):
    """My appointments of the week, reports I owe, lines of the plan near their last day, lines that wait for my branch."""
    if not any(user.has_perm(name) for name in SEES_VISITS):
        return
    if user.has_perm("fieldwork.make_visits"):
        yield from _booked(user)
        yield from _reports(user)
        yield from _to_agree(user)
    yield from _planned(user)


def _booked(user):
    now = timezone.now()
    for row in _mine_booked(user).select_related("customer").order_by("starts_at")[:SHOWN]:
        act = _("Say how it went") if row.starts_at < now else _("Take part in it")
        yield due.DueItem(kind=row.get_kind_display(), title=row.name, url=row.get_absolute_url(), number=row.number,
                          due_at=row.starts_at, act=act)  # fmt: skip


def _reports(user):
    rows = Meeting.objects.owing_report().filter(lead=user).select_related("customer").order_by("closed_at")[:SHOWN]
    calendar = calendar_for() if rows else None
    for row in rows:
        at = due_of(calendar, Limit(LimitKind.WORKING_DAYS, REPORT_DAYS), row.closed_at).at
        yield due.DueItem(kind=_("Report"), title=row.name, url=reverse("fieldwork:report_write", args=[row.pk]),
                          number=row.number, due_at=at, act=_("Write the report"))  # fmt: skip


def _to_agree(user):
    for line in visits.to_agree(user)[:SHOWN]:
        yield due.DueItem(kind=_("Visit plan"), title=line.customer.name, url=line.plan.get_absolute_url(),
                          act=_("Agree to the visit, or talk to who planned it"), sub=f"{line.plan}")  # fmt: skip


def _planned(user):
    for line in visits.at_risk(user, timezone.localdate()).order_by("to_on")[:SHOWN]:
        end = timezone.make_aware(datetime.combine(line.to_on, time(18)))
        yield due.DueItem(kind=_("Visit plan"), title=line.customer.name, due_at=end, act=_("Book the planned visit"),
                          url=f"{reverse('fieldwork:visit_create')}?line={line.pk}", sub=line.get_form_display())  # fmt: skip


def meeting_hits(user, text):
    """Visits and groups by their number."""
    prefix, _dash, digits = text.upper().partition("-")
    if prefix not in ("ZF", "ZT") or not digits.isdecimal():
        return []
    rows = Meeting.objects.visible_to(user).filter(pk=int(digits)).select_related("customer")
    found = [row for row in rows if row.number.startswith(prefix)]
    return [search.Hit(row.get_kind_display(), row.number, row.get_absolute_url(), row.name) for row in found]


def visits_panel(request, customer):
    rows = Meeting.objects.visible_to(request.user).filter(customer=customer).select_related("lead")
    rows = list(rows.order_by("-starts_at")[:SHOWN])
    may_book = request.user.has_perm("fieldwork.make_visits")
    if not rows and not may_book:
        return ""
    return render_to_string(
        "fieldwork/visits_panel.html", {"rows": rows, "customer": customer, "may_book": may_book}, request=request
    )
