"""What home pages show of customers: how long the waiting have until they are due."""

from datetime import timedelta

from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.charts import Chart
from customers.models import FollowUp


def until_due(request, user):
    """Pending follow-ups of the user by the time left, as a small picture; nothing where there are none."""
    if not user.has_perm("customers.handle_follow_up"):
        return ""
    rows = _rows(user)
    total = sum(row["value"] for row in rows)
    if not total:
        return ""
    late = rows[0]["value"]
    sentence = (
        _("%(late)s of %(n)s are overdue.") % {"late": late, "n": total}
        if late
        else _("None of %(n)s is overdue.") % {"n": total}
    )
    chart = Chart(
        "ageing", {"rows": rows}, _("My follow-ups by time left"), sentence,
        table=([_("Time left"), _("Follow-ups")], [[row["label"], row["value"]] for row in rows]),
        rows_url=f"{reverse('customers:follow_up_list')}?scope=mine", rows_label=_("Open the list"),
    )  # fmt: skip
    return render_to_string("customers/home_side.html", {"chart": chart}, request)


def _rows(user):
    now = timezone.now()
    tonight = timezone.localtime(now).replace(hour=23, minute=59, second=59, microsecond=0)
    edges = (
        (_("Overdue"), None, now, "late"),
        (_("Today"), now, tonight, "attention"),
        (_("Tomorrow"), tonight, tonight + timedelta(days=1), "ok"),
        (_("Within a week"), tonight + timedelta(days=1), tonight + timedelta(days=7), "ok"),
        (_("Later"), tonight + timedelta(days=7), None, "ok"),
    )
    counted = {}
    for number, (_label, begin, end, _state) in enumerate(edges):
        span = Q(due_at__gte=begin) if begin else Q()
        counted[f"n{number}"] = Count("pk", filter=span & (Q(due_at__lt=end) if end else Q()))
    found = FollowUp.objects.visible_to(user).pending().filter(owner=user).aggregate(**counted)
    return [
        {"label": label, "value": found[f"n{number}"], "state": state}
        for number, (label, _begin, _end, state) in enumerate(edges)
    ]
