"""Taking in by phone or at the desk: what is said already, answers at hand, chasers on open records."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from complaints.models import CannedAnswer, Complaint
from complaints.selectors import incoming
from complaints.services import canned, chasers
from complaints.views.canned import at_hand
from complaints.views.common import registers
from core.permissions import require
from core.views import get_visible_or_404, render_page
from customers import selectors
from customers.choices import MatchStrength
from customers.forms.interactions import CallForm
from customers.models import ContactPerson, Customer
from customers.names import e164
from customers.views.interactions import call_page


@registers
@require_POST
def similar(request):
    """The part of the page with records that say what is being typed. By POST: nothing of it stands in an address."""
    said = "\n".join(request.POST.get(name, "") for name in ("summary", "title", "text"))
    number = e164(request.POST.get("number") or request.POST.get("phone") or "")
    found = incoming.similar(request.user, said, customers=_customers(request), number=number)
    context = {"found": found, "may_chase": "form_key" not in request.POST}
    return render_page(request, "complaints/calls_similar.html", context)


def _customers(request):
    """The key of the customer that is chosen, if the user sees it."""
    user = request.user
    kind, _colon, key = request.POST.get("who", "").partition(":")
    if kind == "contact" and key.isdecimal():
        return list(ContactPerson.objects.visible_to(user).filter(pk=key).values_list("customer", flat=True))
    key = key if kind == "customer" else request.POST.get("customer", "")
    return (
        list(Customer.objects.visible_to(user).filter(pk=key).values_list("pk", flat=True)) if key.isdecimal() else []
    )


@registers
@require_POST
def fitting(request):
    """The part of the page with canned answers that fit what is being typed."""
    number = selectors.callers_of(request.POST.get("number", ""), user=request.user)
    context = {"answers": at_hand(request.user, request.POST.get("summary", ""), number.callers)}
    return render_page(request, "complaints/calls_answers.html", context)


@registers
@require_POST
def answered(request, pk):
    """The caller was given a canned answer: the call is logged with it, and the answer counts as used."""
    answer = get_object_or_404(CannedAnswer.objects.visible_to(request.user).in_use(), pk=pk)
    form = CallForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return call_page(request, form)
    canned.log_answered(answer, by=request.user, **form.values())
    messages.success(request, _("Logged as answered with “%(answer)s”.") % {"answer": answer})
    return redirect("customers:call")


@registers
@require_POST
def chase(request, pk):
    """The call that is being logged belongs to an open record: no new one, no lost word."""
    complaint = get_visible_or_404(
        Complaint, request.user, pk=pk, related=("cycle", "complainant", "customer", "contact", "handler")
    )
    require(request.user, "complaints.talk", complaint)
    form = CallForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return call_page(request, form)
    given = form.values()
    call = {name: given[name] for name in ("summary", "channel", "started_at", "ended_at", "files")}
    call |= {name: given[name] for name in ("number", "caller") if given[name]}
    call["match_strength"] = given["match_strength"] or MatchStrength.NONE
    chasers.chase(complaint, by=request.user, **call)
    messages.success(request, _("Added to %(number)s as a chaser.") % {"number": complaint.number})
    return redirect("customers:call")
