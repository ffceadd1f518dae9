"""The ledger, the page of a record, and registering one."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from complaints.choices import State
from complaints.forms.registration import ORIGINS, SOURCED, RegisterForm
from complaints.models import Complaint, Source
from complaints.selectors import incoming, ledger, mails, people, present, requests
from complaints.selectors.working import Working
from complaints.services import personal, registration
from complaints.views import past
from complaints.views.acts import pressing, steps_of
from complaints.views.common import registers, sees
from core import attachments
from core.forms import ReasonForm
from core.panels import panels
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page
from core.worktime.selectors import strip
from customers.names import e164

LONGEST_STRIP = 21  # days; a longer clock is told in words alone
WAITS = {
    State.REGISTERED: gettext_lazy("Nothing now: it waits for a service lead or for who takes it on."),
    State.ACCEPTED: gettext_lazy("Nothing now: it waits to be assigned by a service lead."),
    State.ASSIGNED: gettext_lazy("Nothing now: the person it was assigned to takes it on."),
    State.HANDLING: gettext_lazy("Nothing now: the handler checks the facts and writes the reply."),
    State.SUSPENDED: gettext_lazy(
        "Nothing now: the clock stands still; it goes on on its day, or when the customer answers."
    ),
    State.REVIEW: gettext_lazy(
        "Nothing now: somebody reviews it who neither handled it nor called back; nobody reviews their own."
    ),
    State.REPLIED: gettext_lazy("Nothing now: somebody calls back who neither handled it nor reviewed the reply."),
    State.EVALUATING: gettext_lazy("Nothing now: the unit judges the suggestion."),
    State.DEFERRED: gettext_lazy("Nothing now: it is looked at again on its day."),
    State.ADOPTED: gettext_lazy("Nothing now: the department names who puts it into effect."),
    State.PARTLY: gettext_lazy("Nothing now: the department names who puts it into effect."),
    State.IMPLEMENTING: gettext_lazy("Nothing now: it is put into effect, then verified by somebody else."),
    State.IMPLEMENTED: gettext_lazy("Nothing now: the proposer is thanked."),
}


@sees
def complaint_detail(request, pk):
    complaint = get_visible_or_404(Complaint, request.user, pk=pk, related=ledger.SHOWN)
    if complaint.is_past:
        return past.page_of(request, complaint)
    cycles = ledger.cycles_of(complaint)
    steps = steps_of(request.user, complaint)
    main, beside = pressing(steps, cycles[0])
    context = {
        "complaint": complaint,
        "cycles": cycles,
        "open_talks": ledger.talks_open_to(request.user, complaint),
        "strip": _strip(cycles[0].cycle),
        "today": timezone.localdate(),
        "main": main,
        "beside": beside,
        "steps": steps,
        "tags": [complaint.get_kind_display(), _("Cycle %(n)s") % {"n": cycles[0].cycle.n}, *_pressed(cycles)],
        "source": _source(complaint),
        "waits_for": WAITS.get(complaint.state, _("Nothing now.")),
        "waiting_end": people.waiting_end(complaint),
        "waiting_pause": requests.waiting_pause(complaint),
        "waiting_extension": requests.waiting_extension(complaint),
        "reveals": allows(request.user, "complaints.reveal", complaint),
        "others": ledger.others_of(complaint, request.user),
        "mails": mails.of_record(complaint),
        "attachments": attachments.of(complaint) if present.holds(complaint, "attachments") else (),
        "events": complaint.transitions.select_related("by", "on_behalf_of"),
        "work": Working(complaint, request.user, steps),
        "panels": panels("complaints.complaint", request, complaint),
    }
    return render_page(request, "complaints/detail.html", context)


def _pressed(cycles):
    """How often the customer pressed for an answer, as a tag."""
    n = sum(row.is_chaser for view in cycles for row in view.conversations)
    return [ngettext("Pressed %(n)s time", "Pressed %(n)s times", n) % {"n": n}] if n else []


def _source(complaint):
    """What the letter, the platform or the transferring body said of itself."""
    return Source.objects.filter(pk=complaint.pk).first() if complaint.channel in SOURCED else None


def _strip(cycle):
    """The days of the result clock while it runs."""
    if not cycle.is_open or cycle.is_paused or (cycle.result_due - cycle.started_at).days > LONGEST_STRIP:
        return []
    return strip(cycle.started_at, cycle.result_due, version=cycle.calendar_version)


@registers
def complaint_create(request):
    is_asking = "find" in request.POST  # for who it is and what is like it; nothing typed is lost
    if is_asking:
        form = RegisterForm(user=request.user, initial=_typed(request))
    else:
        form = RegisterForm(posted(request), request.FILES or None, user=request.user, initial=_prefilled(request))
    if form.is_valid():
        complaint, _code = registration.register(by=request.user, **form.values())
        messages.success(request, _("Registered as %(number)s.") % {"number": complaint.number})
        return redirect(complaint)
    context = {"form": form, "origin": _origin(form), "found": _like(form), "may_chase": False}
    return render_page(request, "complaints/register.html", context)


def _typed(request):
    """What stands in the fields, as first values of a form that is shown again."""
    data = request.POST
    typed = {name: data[name] for name in data if name in RegisterForm.base_fields and name != "who"}
    return typed | {"consent": "consent" in data, "concerned": data.getlist("concerned")}


def _like(form):
    """Open records that say what stands in the form."""
    said = "\n".join(form[name].value() or "" for name in ("title", "text"))
    customers = {caller.customer.pk for caller in form.callers}
    if (known := str(form["customer"].value() or "")).isdecimal():
        customers.add(int(known))
    return incoming.similar(form.user, said, customers=customers, number=e164(form["phone"].value() or ""))


def _prefilled(request):
    """What is known already of the customer, contact person, call or follow-up whose key is in the address."""
    start = {}
    for name, model in ORIGINS:
        key = request.GET.get(name, "")
        row = model.objects.visible_to(request.user).filter(pk=key).first() if key.isdecimal() else None
        if row is None:
            continue
        start[name] = row.pk
        start |= {
            field: getattr(row, f"{field}_id") for field in ("customer", "contact") if hasattr(row, f"{field}_id")
        }
        if name == "interaction":
            received = timezone.localtime(row.started_at).strftime("%Y-%m-%dT%H:%M")
            title = row.summary.strip().splitlines()[0][:60]
            start |= {"title": title, "text": row.summary, "channel": row.channel, "received_at": received}
        if name == "follow_up":
            start |= {"title": row.title, "text": row.detail}
    return start


def _origin(form):
    """The rows the form builds on, for the page."""
    found = {}
    for name, model in ORIGINS:
        key = str(form[name].value() or "")
        found[name] = model.objects.visible_to(form.user).filter(pk=key).first() if key.isdecimal() else None
    return found


@sees
def complaint_reveal(request, pk):
    complaint = get_visible_or_404(Complaint, request.user, pk=pk)
    require(request.user, "complaints.reveal", complaint)
    form = ReasonForm(posted(request))
    context = {"form": form, "row": complaint.number, "back": reverse("complaints:detail", args=[pk])}
    if form.is_valid():
        shown = personal.reveal(complaint, by=request.user, reason=form.cleaned_data["reason"])
        fields = complaint.complainant._meta
        context |= {"is_shown": True, "facts": [(fields.get_field(name).verbose_name, shown[name]) for name in shown]}
    return render_page(request, "customers/reveal.html", context)
