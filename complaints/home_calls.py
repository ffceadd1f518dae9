"""What the call screen shows of the ledger: open records of the caller, likely duplicates, answers at hand, norms of service."""

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy

from complaints.selectors import incoming
from complaints.views.canned import at_hand
from core import history, panels

SEES = ("complaints.see_all", "complaints.see_unit")


def register():
    history.add_words({"chased": gettext_lazy("The customer presses for an answer")})
    panels.add_panel("customers.call", records_panel, order=10)
    panels.add_panel("customers.call", answers_panel, order=20)
    panels.add_panel("customers.call", norms_panel, order=90)


def records_panel(request, situation):
    """Open records of who calls and, as soon as something is typed, records that say the same."""
    user = request.user
    if not any(user.has_perm(name) for name in SEES):
        return ""
    customers = {caller.customer.pk for caller in situation.callers}
    own = incoming.open_of(user, customers=customers, number=situation.number)
    context = {
        "own": own,
        "found": incoming.similar(user, situation.text, customers=customers, number=situation.number, own=own),
        "may_chase": user.has_perm("complaints.register"),
    }
    return render_to_string("complaints/calls_records.html", context, request=request)


def answers_panel(request, situation):
    """Canned answers that fit what is typed, to be read out; one key logs the call as answered with the first."""
    if not request.user.has_perm("complaints.register"):
        return ""
    context = {"answers": at_hand(request.user, situation.text, situation.callers)}
    return render_to_string("complaints/calls_answers.html", context, request=request)


def norms_panel(request, situation):
    return render_to_string("complaints/norms.html", {}, request=request)
