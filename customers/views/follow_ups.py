"""The queue of customers who wait for a person."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import attachments
from core.access import needs
from core.forms import ReasonForm
from core.lists import list_page
from core.panels import panels
from core.permissions import allows, require
from core.views import get_visible_or_404, render_page
from customers import selectors
from customers.filters import FollowUpFilter
from customers.forms.fields import end_of
from customers.forms.follow_ups import AssignForm, FinishForm, FollowUpForm, PostponeForm
from customers.models import Customer, FollowUp
from customers.services import follow_ups
from customers.tables import FollowUpTable
from customers.views.common import sees

handles = needs("customers.handle_follow_up", "customers.assign_follow_up")
ACTS = ("take", "finish", "escalate", "reassign", "drop")


@sees
def follow_up_list(request):
    rows = FollowUp.objects.visible_to(request.user).select_related("customer", "owner", "unit")
    found = FollowUpFilter(request.GET, rows, request=request)
    counts = selectors.follow_up_counts(request.user)
    scope = request.GET.get("scope") or ("all" if request.GET.get("customer") else selectors.first_scope(request.user))
    tabs = [
        {"label": _("Mine"), "url": "?scope=mine", "active": scope == "mine", "count": counts["mine"], "hot": counts["overdue"]},
        {"label": _("Nobody's yet"), "url": "?scope=unit", "active": scope == "unit", "count": counts["unit"]},
        {"label": _("Everybody's"), "url": "?scope=all", "active": scope == "all"},
    ]  # fmt: skip
    return list_page(request, "customers/follow_up_list.html", found, FollowUpTable, title=_("Follow-ups"), tabs=tabs)


@sees
def follow_up_detail(request, pk):
    follow_up = get_visible_or_404(FollowUp, request.user, pk=pk)
    context = {
        "follow_up": follow_up,
        "interactions": follow_up.interactions.visible_to(request.user).select_related("agent", "contact"),
        "may": {act: allows(request.user, f"customers.{act}_follow_up", follow_up) for act in ACTS},
        "events": follow_up.transitions.select_related("by", "on_behalf_of"),
        "panels": panels("customers.follow_up", request, follow_up),
        "attachments": attachments.of(follow_up),
    }
    return render_page(request, "customers/follow_up_detail.html", context)


@handles
def follow_up_create(request, pk):
    customer = get_visible_or_404(Customer, request.user, pk=pk)
    form = FollowUpForm(request.POST or None, initial={"owner": request.user})
    if form.is_valid():
        follow_up = follow_ups.open_follow_up(
            customer=customer,
            by=request.user,
            source="customers.customer",
            source_id=customer.pk,
            **form.values(),
        )
        messages.success(request, _("Opened."))
        return redirect(follow_up)
    context = {
        "form": form,
        "title": _("New follow-up"),
        "sub": customer,
        "back": customer.get_absolute_url(),
    }
    return render_page(request, "customers/form.html", context)


@require_POST
@handles
def follow_up_take(request, pk):
    follow_ups.take(allowed(request, pk, "take"), by=request.user)
    messages.success(request, _("It is yours now."))
    return redirect("customers:follow_up_detail", pk)


@handles
def follow_up_finish(request, pk):
    follow_up = allowed(request, pk, "finish")
    form = FinishForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        follow_ups.finish(follow_up, by=request.user, **form.cleaned_data)
        messages.success(request, _("Done."))
        return redirect(follow_up)
    return act_page(request, follow_up, form, _("Finish the follow-up"), _("Finish"))


@handles
def follow_up_escalate(request, pk):
    follow_up = allowed(request, pk, "escalate")
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        follow_ups.escalate(follow_up, by=request.user, comment=form.cleaned_data["reason"])
        messages.success(request, _("Escalated."))
        return redirect(follow_up)
    consequences = [
        _("The follow-up is closed here and goes to the service leads, to be handled as a complaint."),
        _("You stay named as the person who brought it up."),
    ]
    told = _("The service leads find it in their inbox.")
    title = _("Escalate the follow-up")
    return act_page(request, follow_up, form, title, _("Escalate"), consequences=consequences, told=told)


@handles
def follow_up_assign(request, pk):
    follow_up = allowed(request, pk, "reassign")
    form = AssignForm(request.POST or None, initial={"version": follow_up.version})
    if form.is_valid():
        data = form.cleaned_data
        follow_ups.assign(
            follow_up, by=request.user, to=data["to"], comment=data["comment"], expected_version=data["version"]
        )
        messages.success(request, _("Given to %(name)s.") % {"name": data["to"]})
        return redirect(follow_up)
    told = _("The new owner finds it in the inbox and among the things due.")
    return act_page(request, follow_up, form, _("Give to somebody else"), _("Give"), told=told)


@handles
def follow_up_postpone(request, pk):
    follow_up = allowed(request, pk, "reassign")
    form = PostponeForm(request.POST or None, initial={"version": follow_up.version})
    if form.is_valid():
        data = form.cleaned_data
        follow_ups.postpone(
            follow_up,
            by=request.user,
            due_at=end_of(data["due_on"]),
            comment=data["comment"],
            expected_version=data["version"],
        )
        messages.success(request, _("Saved."))
        return redirect(follow_up)
    return act_page(request, follow_up, form, _("Another day"), _("Save"))


@handles
def follow_up_drop(request, pk):
    follow_up = allowed(request, pk, "drop")
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        follow_ups.drop(follow_up, by=request.user, comment=form.cleaned_data["reason"])
        messages.success(request, _("Dropped."))
        return redirect(follow_up)
    consequences = [
        _("Nobody calls the customer for this any more."),
        _("The reason stays readable for supervision."),
    ]
    return act_page(
        request, follow_up, form, _("Drop the follow-up"), _("Drop"), consequences=consequences, danger=True
    )


def allowed(request, pk, act):
    follow_up = get_visible_or_404(FollowUp, request.user, pk=pk)
    require(request.user, f"customers.{act}_follow_up", follow_up)
    return follow_up


def act_page(request, follow_up, form, title, submit_label, **more):
    context = {
        "form": form, "title": title, "submit_label": submit_label, "number": follow_up.number,
        "state": follow_up.state_badge, "cancel_url": follow_up.get_absolute_url(), **more,
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)
