"""The log of contacts, and the screen on which calls are logged."""

import copy
from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import attachments, moments
from core.access import needs
from core.lists import list_page
from core.panels import panels
from core.permissions import allows, require
from core.views import get_visible_or_404, render_page
from customers import next_steps, selectors
from customers.filters import InteractionFilter
from customers.forms.interactions import NEW, UNKNOWN, AddendumForm, CallForm, CorrectForm
from customers.models import ContactPerson, Customer, FollowUp, Interaction
from customers.services import calls, interactions
from customers.tables import InteractionTable
from customers.views.common import sees
from customers.views.customers import reveal_page


@dataclass(frozen=True)
class Situation:
    """What upper apps know of a call for their panel beside it: who it may be, the number in E.164, the words typed."""

    callers: list
    number: str
    text: str


logs = needs("customers.log_interaction")


@sees
def interaction_list(request):
    rows = Interaction.objects.visible_to(request.user).select_related("customer", "contact", "agent", "follow_up")
    found = InteractionFilter(request.GET, rows, request=request)
    return list_page(
        request,
        "customers/interaction_list.html",
        found,
        InteractionTable,
        title=_("Contacts with customers"),
        log=request.user,
    )


@sees
def interaction_detail(request, pk):
    interaction = get_visible_or_404(Interaction, request.user, pk=pk)
    may_add = allows(request.user, "customers.log", interaction)
    form = AddendumForm(request.POST or None, request.FILES or None) if may_add else None
    if form and form.is_valid():
        interactions.add(interaction, by=request.user, **form.cleaned_data)
        messages.success(request, _("Added."))
        return redirect(interaction)
    context = {
        "interaction": interaction,
        "addenda": interaction.addenda.select_related("by"),
        "attachments": attachments.of(interaction),
        "form": form,
        "may_correct": allows(request.user, "customers.correct_interaction", interaction),
        "may_reveal": allows(request.user, "customers.reveal", interaction),
        "events": interaction.transitions.select_related("by", "on_behalf_of"),
        "panels": panels("customers.interaction", request, interaction),
    }
    return render_page(request, "customers/interaction_detail.html", context)


@logs
def interaction_correct(request, pk):
    interaction = get_visible_or_404(Interaction, request.user, pk=pk)
    require(request.user, "customers.correct_interaction", interaction)
    form = CorrectForm(request.POST or None, instance=copy.copy(interaction))
    if form.is_valid():
        interactions.correct(interaction, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(interaction)
    context = {"form": form, "title": _("Correct what was logged"), "back": interaction.get_absolute_url()}
    return render_page(request, "customers/form.html", context)


@needs("customers.reveal_personal")
def interaction_reveal(request, pk):
    interaction = get_visible_or_404(Interaction, request.user, pk=pk)
    return reveal_page(request, interaction, back=interaction.get_absolute_url())


@logs
def call(request):
    """Number → caller and history → what was said → saved. Numbers travel by POST only, never in an address."""
    act = request.POST.get("act", "")
    if act.partition(":")[0] == "save":
        form = CallForm(request.POST, request.FILES, user=request.user)
        if form.is_valid():
            interaction = calls.save(by=request.user, **form.values())
            messages.success(request, _said(interaction))
            step = next_steps.chosen(act, request.user)
            if step is not None:
                return redirect(f"{reverse(step.url_name)}?interaction={interaction.pk}")
            return redirect(interaction.follow_up if form.cleaned_data["follow_up"] else "customers:call")
    else:
        form = CallForm(user=request.user, initial=_typed(request) if request.method == "POST" else _prefilled(request))
    return call_page(request, form)


def call_page(request, form):
    """The call screen with ``form`` on it."""
    return render_page(request, "customers/call.html", _call_context(request, form), partial="found")


def _typed(request):
    """What stands in the fields when a number is looked up: nothing of it is lost."""
    return {name: value for name, value in request.POST.items() if name in CallForm.base_fields} | {
        "with_follow_up": "with_follow_up" in request.POST, "mine": "mine" in request.POST,
    }  # fmt: skip


def _prefilled(request):
    """A call to make for a follow-up, a contact person or a customer whose key is in the address."""
    start = {"started_at": timezone.now().isoformat(), "who": UNKNOWN}
    for name, model in (("follow_up", FollowUp), ("contact", ContactPerson), ("customer", Customer)):
        key = request.GET.get(name, "")
        row = model.objects.visible_to(request.user).filter(pk=key).first() if key.isdecimal() else None
        if row is None:
            continue
        start["direction"] = "out"
        if name == "follow_up":
            start |= {"follow_up": row.pk, "title": row.title}
            name, row = ("contact", row.contact) if row.contact else ("customer", row.customer)
        if row is not None:
            start["who"] = f"{name}:{row.pk}"
        return start
    return start


def _call_context(request, form):
    number, who = form["number"].value() or "", form["who"].value() or UNKNOWN
    lookup = selectors.callers_of(number, user=request.user)
    callers = lookup.callers
    if who.partition(":")[0] in ("contact", "customer") and who not in [caller.key for caller in callers]:
        callers = [*callers, *selectors.caller_named(who, user=request.user)]
    if request.POST.get("act") == "lookup" and who == UNKNOWN and callers:
        who = callers[0].key if callers[0].is_certain else who
    situation = Situation(callers, lookup.number, form["summary"].value() or "")
    return {
        "beside": panels("customers.call", request, situation), "form": form, "callers": callers, "lookup": lookup, "who": who, "UNKNOWN": UNKNOWN, "NEW": NEW,
        "asked": bool(number), "may_open": request.user.has_perm("customers.edit_customer"),
        "recent": selectors.latest_of(request.user) if not callers else [],
        "next_steps": next_steps.steps_for(request.user),
    }  # fmt: skip


def _said(interaction):
    follow_up = interaction.follow_up
    if follow_up and follow_up.is_pending:
        due = moments.text(follow_up.due_at)
        return _("Logged. Follow-up %(number)s is due %(due)s.") % {"number": follow_up.number, "due": due}
    return _("Logged.")
