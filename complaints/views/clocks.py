"""Pages about time: the ageing board, the policies of the clocks, who stands in for whom, handing records over."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from complaints.choices import ClockState
from complaints.forms.clocks import AbsenceForm, HandOverForm, PolicyForm, ReasonOfPauseForm
from complaints.models import Absence, ClockCheck, ClockPolicy, Complaint, PauseReason
from complaints.selectors import board as boards
from complaints.selectors import policies as selector
from complaints.services import absences, policies
from complaints.tables_clocks import CarrierTable
from complaints.views.common import sees
from core.access import needs
from core.permissions import allows, require
from core.views import posted, render_page
from core.worktime.store import calendar_for

sets_clocks = needs("complaints.assess")
handles = needs("complaints.handle", "complaints.assess")
COPIED = (
    "kind", "channel", "category", "severity", "response_amount", "response_kind", "result_amount", "result_kind",
    "progress_days", "pause_days", "pause_total_days", "grace_minutes", "is_active",
)  # fmt: skip
SHOWN = 100


# The board -------------------------------------------------------------------------------------------


@sees
def board(request):
    """Open records by clock × unit and handler, what runs out within four working hours, what waits for a decision."""
    found = boards.board(request.user)
    request.working_calendar = calendar_for()  # what the page shows as left is counted by the same one
    context = {
        "board": found, "table": CarrierTable(found.carriers, request=request),
        "soon": boards.soon(request.user, request.working_calendar),
        "asked": boards.asked(request.user) if request.user.has_perm("complaints.assess") else [],
        "places": [_place(state, found.totals.get(state.value, 0)) for state in ClockState],
    }  # fmt: skip
    return render_page(request, "complaints/board.html", context)


def _place(state, n):
    """(state, number, tone, address of the rows)."""
    tone = {ClockState.OVERDUE: "danger", ClockState.TODAY: "attention"}.get(state, "") if n else ""
    return state, n, tone, f"{reverse('complaints:list')}?view=open&place={state.value}"


# Policies --------------------------------------------------------------------------------------------


@sees
def policy_list(request):
    context = {
        "scopes": selector.by_scope(), "reasons": PauseReason.objects.all(), "check": ClockCheck.objects.first(),
        "may_set": allows(request.user, "complaints.set_clocks"), "today": timezone.localdate(),
    }  # fmt: skip
    return render_page(request, "complaints/policies.html", context)


@sets_clocks
def policy_create(request):
    """The next version of a policy, begun with the values of another version where its key is in the address."""
    form = PolicyForm(posted(request), initial=_copied(request.GET.get("from", "")))
    if form.is_valid():
        made = policies.add(by=request.user, **form.cleaned_data)
        messages.success(request, _("Version %(no)s holds from %(day)s.") % {"no": made.no, "day": made.effective_from})
        return redirect("complaints:policies")
    return render_page(request, "complaints/policy_form.html", {"form": form, "title": _("New version of a policy")})


def _copied(key):
    row = ClockPolicy.objects.filter(pk=key).values(*COPIED).first() if key.isdecimal() and len(key) < 10 else None
    return row or {}


@sets_clocks
def pause_reason_create(request):
    form = ReasonOfPauseForm(posted(request))
    if form.is_valid():
        policies.add_reason(by=request.user, **form.cleaned_data)
        return redirect("complaints:policies")
    return render_page(request, "complaints/policy_form.html", {"form": form, "title": _("New reason for pauses")})


@require_POST
@sets_clocks
def pause_reason_turn(request, pk):
    """Take a reason off the list, or put it back."""
    reason = get_object_or_404(PauseReason, pk=pk)
    policies.set_reason(reason, by=request.user, is_active=not reason.is_active)
    return redirect("complaints:policies")


# Standing in -----------------------------------------------------------------------------------------


@handles
def absence_list(request):
    """Who is away or will be, and how much each person carries."""
    today = timezone.localdate()
    rows = Absence.objects.filter(until__gte=today).select_related("user", "substitute").order_by("since", "pk")
    is_lead = allows(request.user, "complaints.hand_over")
    rows = list((rows if is_lead else rows.filter(user=request.user) | rows.filter(substitute=request.user))[:SHOWN])
    for row in rows:
        row.may_end = allows(request.user, "complaints.end_absence", row)
    carriers = [one for one in boards.board(request.user).carriers if one.handler] if is_lead else []
    return render_page(
        request, "complaints/absences.html", {"rows": rows, "today": today, "carriers": _per_person(carriers)}
    )


def _per_person(carriers):
    """[(person, open records)] over all units, the most burdened first."""
    found = {}
    for one in carriers:
        found[one.handler] = found.get(one.handler, 0) + one.total
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0].name_key))[:SHOWN]


@handles
def absence_create(request):
    form = AbsenceForm(posted(request), by=request.user)
    if form.is_valid():
        absences.arrange(by=request.user, **form.cleaned_data)
        messages.success(request, _("Done."))
        return redirect("complaints:absences")
    return render_page(
        request,
        "complaints/policy_form.html",
        {"form": form, "title": _("Somebody is away"), "back": "complaints:absences"},
    )


@require_POST
@handles
def absence_end(request, pk):
    row = get_object_or_404(Absence, pk=pk)
    require(request.user, "complaints.end_absence", row)
    absences.end(row, by=request.user)
    messages.success(request, _("Done."))
    return redirect("complaints:absences")


@sets_clocks
def hand_over(request, pk):
    """All open records of a person to somebody else, with what became of each."""
    require(request.user, "complaints.hand_over")
    person = get_object_or_404(User, pk=pk)
    rows = absences.carried(person).filter(pk__in=Complaint.objects.visible_to(request.user).values("pk"))
    form, results = HandOverForm(posted(request), person=person), None
    if form.is_valid():
        results = absences.hand_over(person, by=request.user, rows=list(rows[: absences.BATCH]), **form.cleaned_data)
        moved = sum(not why for _row, why in results)
        text = ngettext("%(n)s record handed over.", "%(n)s records handed over.", moved)
        messages.success(request, text % {"n": moved})
    context = {
        "person": person,
        "form": form,
        "results": results,
        "rows": [] if results is not None else list(rows[:SHOWN]),
    }
    return render_page(request, "complaints/hand_over.html", context)
