"""What of call lists shows in the navigation, on home pages, in the search and on pages of lower apps."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core import due, history, nav, panels, periods, search
from fieldwork.choices import RuleKind, Satisfaction, TaskState
from fieldwork.models import CallRule, CallTask
from fieldwork.selectors import candidates, figures
from fieldwork.services import calls

SEES = ("fieldwork.make_calls", "fieldwork.see_calls")
SHOWN = 10
WARNED_DAYS = 21  # before a quarter's end, missing spot checks are due
HISTORY = {
    "take": gettext_lazy("Taken to be called"), "put_back": gettext_lazy("Put back or to be called again"),
    "reach": gettext_lazy("Reached"), "give_up": gettext_lazy("Not reached"),
}  # fmt: skip


def register():
    history.add_words(HISTORY)
    nav.add(nav.Entry("voice", gettext_lazy("Call lists"), "fieldwork:call_list", SEES, count=owed, order=28))
    due.add_due("fieldwork", due_items)
    due.add_tiles("fieldwork", tiles)
    search.add_search(hits)
    panels.add_panel("customers.customer", customer_panel)
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
