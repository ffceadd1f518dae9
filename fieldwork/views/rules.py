"""Setting up call lists, and looking at what they drew."""

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import needs
from core.permissions import allows, require
from core.views import get_visible_or_404, render_page
from customers.models import Customer
from fieldwork.choices import RuleKind, TaskState
from fieldwork.forms.rules import RuleForm
from fieldwork.models import CallList, CallRule
from fieldwork.selectors import candidates, figures, reconciliation
from fieldwork.services import lists
from fieldwork.services import rules as service
from fieldwork.tables import RuleTable
from fieldwork.views.common import days_of

sees = needs("fieldwork.see_calls", "fieldwork.make_calls", "fieldwork.manage_rules")
manages = needs("fieldwork.manage_rules")
SHOWN = 14


@sees
def rule_list(request):
    waiting = Count("tasks", filter=Q(tasks__state__in=TaskState.pending()))
    rows = CallRule.objects.visible_to(request.user).select_related("wave").annotate(waiting_n=waiting)
    table = RuleTable(rows)
    table.request = request
    return render_page(request, "fieldwork/rule_list.html", {"table": table})


@manages
def rule_create(request):
    return _form(request, CallRule(), lambda form: service.create(by=request.user, **form.values()))


@manages
def rule_edit(request, pk):
    row = get_visible_or_404(CallRule, request.user, pk=pk)
    require(request.user, "fieldwork.manage_rule", row)
    stored = CallRule.objects.get(pk=row.pk)  # the form writes what was typed into the row it is made with
    return _form(request, row, lambda form: service.edit(stored, by=request.user, **form.values()))


def _form(request, row, act):
    form = RuleForm(request.POST or None, instance=row)
    if form.is_valid():
        return redirect(act(form))
    title = row.name if row.pk else _("New call list")
    back = row.get_absolute_url() if row.pk else ""
    return render_page(
        request, "fieldwork/rule_edit.html", {"form": form, "title": title, "back_url": back, "row": row}
    )


@sees
def rule(request, pk):
    """What a rule does, the lists it drew up, spot checks against their rates, and the source beside the ledger."""
    row = get_visible_or_404(CallRule, request.user, pk=pk)
    first, last = days_of(request.GET, usual=31)
    today = timezone.localdate()
    context = {
        "rule": row, "lists": row.lists.all()[:SHOWN], "first": first, "last": last,
        "may_manage": allows(request.user, "fieldwork.manage_rule", row),
        "achieved": figures.spot_checks(row, today) if row.kind == RuleKind.SAMPLE else [],
        "compared": reconciliation.compare(row, first, last, user=request.user),
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20],
    }  # fmt: skip
    return render_page(request, "fieldwork/rule.html", context)


@require_POST
@manages
def rule_make(request, pk):
    """Draw up today's list now."""
    row = get_visible_or_404(CallRule, request.user, pk=pk)
    require(request.user, "fieldwork.manage_rule", row)
    made = lists.make(row)
    if made is None:
        messages.success(request, _("Nobody new is to be called today."))
        return redirect(row)
    return redirect(made)


@sees
def call_list_made(request, pk):
    """One list: how many were found, who is left out and why, and the draw that can be repeated."""
    row = get_visible_or_404(CallList, request.user, pk=pk)
    seen = Customer.objects.visible_to(request.user).in_bulk([pk for pk, _why in row.skipped[:200]])
    skipped = [(seen[pk], REASONS()[why]) for pk, why in row.skipped[:200] if pk in seen]
    tasks = row.tasks.visible_to(request.user).select_related("customer", "contact", "owner")[:SHOWN]
    return render_page(
        request, "fieldwork/list.html", {"list": row, "skipped": skipped, "tasks": tasks, "more": row.drawn_n > SHOWN}
    )


def REASONS():
    return {
        candidates.HELD: _("does not want to be asked, or a complaint is open"),
        candidates.NO_PHONE: _("no contact person with a phone number"),
        candidates.ENOUGH: _("no room today; found again tomorrow"),
    }
