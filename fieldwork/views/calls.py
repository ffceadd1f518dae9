"""An agent's calls: the queue, one call, the next one; the ledgers, the roll-up and the lead's check."""

from django.contrib import messages
from django.http import Http404, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import needs
from core.forms import ReasonForm
from core.lists import list_page
from core.panels import panels
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page, step_page
from customers.models import Interaction
from fieldwork.choices import CallResult, Ledger
from fieldwork.filters import CallFilter
from fieldwork.forms.calls import CallForm, CheckForm
from fieldwork.models import CallTask
from fieldwork.selectors import figures
from fieldwork.services import calls as service
from fieldwork.tables import CallTable, LedgerTable
from fieldwork.views.common import days_of, words_of
from surveys.public.sheets import fields_of
from surveys.replies import read_post
from surveys.selectors.questionnaires import instrument_of
from surveys.services import answering
from surveys.services.entering import AlreadyThere

MOST = 200
sees = needs("fieldwork.make_calls", "fieldwork.see_calls")
RELATED = ("customer", "contact", "rule", "owner", "list")
ACTS = ("take_call", "log_call", "put_back_call", "drop_call", "check_call")


@sees
def call_list(request):
    """The queue: what waits, by whom it can be called, and the button that hands out the next one."""
    rows = CallTask.objects.visible_to(request.user).select_related(*RELATED)
    asked = request.GET or QueryDict("state=pending")
    found = CallFilter(asked, rows, request=request)
    return list_page(
        request, "fieldwork/call_list.html", found, CallTable, title=_("Call lists"), today=figures.today(request.user),
        ripe=service.queue(request.user), may_call=request.user.has_perm("fieldwork.make_calls"),
    )  # fmt: skip


@require_POST
@needs("fieldwork.make_calls")
def call_next(request):
    """Take the most pressing call and open it."""
    task = service.take_next(request.user, ledger=request.POST.get("ledger", ""))
    if task is None:
        messages.success(request, _("Nothing waits to be called now."))
        return redirect("fieldwork:call_list")
    return redirect(task)


@sees
def call(request, pk):
    """One call. In the hand of the reader: the number, the script and how it went."""
    task = _task(request, pk)
    may = {act: allows(request.user, f"fieldwork.{act}", task) for act in ACTS}
    context = {"task": task, "may": may}
    lost = request.method == "POST" and not may["log_call"] and request.user.has_perm("fieldwork.make_calls")
    if may["log_call"] or lost:
        return _talk(request, task, context | {"is_lost": lost})
    if request.method == "POST":
        require(request.user, "fieldwork.log_call", task)
    return render_page(request, "fieldwork/call.html", context | _facts(request, task))


def _task(request, pk):
    related = ("service_record__staff", "service_record__unit", "service_due", "rule__wave__questionnaire_version",
               "follow_up", "response", "customer", "contact", "owner", "list")  # fmt: skip
    task = get_visible_or_404(CallTask, request.user, pk=pk)
    return _seen(CallTask.objects.select_related(*related).get(pk=task.pk), task)


def _seen(row, like):
    row._seen_by = like._seen_by
    return row


def _facts(request, task):
    attempts = task.attempts.select_related("by")
    return {
        "attempts": attempts, "checks": task.checks.select_related("by"),
        "events": task.transitions.select_related("by", "on_behalf_of"),
        "standing": figures.standing(task) if task.satisfaction == "dissatisfied" else "",
        "panels": panels("fieldwork.call", request, task),
    } | _history(request, task)  # fmt: skip


def _history(request, task):
    talks = Interaction.objects.visible_to(request.user).filter(customer=task.customer)
    return {"talks": talks.select_related("agent").order_by("-started_at")[:6]}


def _talk(request, task, context):
    """The page of a call in hand; what does not fit comes back as it was typed."""
    form = CallForm(posted(request), task=task)
    instrument = instrument_of(task.rule.wave.questionnaire_version) if _has_script(task) else None
    payload, errors = read_post(instrument, request.POST) if instrument else {}, {}
    if context["is_lost"]:
        errors = {
            "": _("This call is not in your hand any more. What you typed is below: take the call again, or copy it.")
        }
    elif form.is_valid():
        try:
            return _store(request, task, form, payload if instrument else None)
        except answering.Invalid as invalid:
            errors = invalid.errors
        except (answering.NotTaken, AlreadyThere) as refusal:
            errors = {"": _told(refusal)}
    parts = instrument.sections if instrument else ()
    context |= {
        "form": form, "errors": errors, "instrument": instrument,
        "number": "" if context["is_lost"] else task.contact.phone,
        "parts": [(part, fields_of(instrument, part.questions, payload, errors)) for part in parts],
    } | _history(request, task)  # fmt: skip
    return render_page(request, "fieldwork/talk.html", context, status=_status(context, errors, form))


def _status(context, errors, form):
    if context["is_lost"]:
        return 409
    return 422 if errors or form.errors else 200


def _has_script(task):
    wave = task.rule.wave
    return wave is not None and wave.takes_answers


def _told(refusal):
    if isinstance(refusal, AlreadyThere):
        return _("This person has answered the questionnaire already. Leave the script out and say how the call went.")
    return str(refusal)


def _store(request, task, form, payload):
    data = dict(form.cleaned_data)
    version, result, note = data.pop("version"), data.pop("result"), data["note"]
    next_at, with_script = data.pop("next_at"), request.POST.get("without_script") != "1"
    said = None
    if result == CallResult.REACHED:
        answers = payload if payload is not None and with_script else None
        said = service.Said(**{name: value or "" if name != "booked_on" else value for name, value in data.items()},
                            answers=answers, language=get_language())  # fmt: skip
    service.log(task, by=request.user, result=result, said=said, note=note, next_at=next_at, expected_version=version)
    messages.success(request, _("%(number)s is stored.") % {"number": task.number})
    if request.POST.get("then") == "next":
        return _on(request, task)
    return redirect(task)


def _on(request, task):
    following = service.take_next(request.user, ledger=task.rule.ledger) or service.take_next(request.user)
    if following is None:
        messages.success(request, _("That was the last one that waits now."))
    return redirect(following or "fieldwork:call_list")


@require_POST
@needs("fieldwork.make_calls")
def call_take(request, pk):
    task = _task(request, pk)
    require(request.user, "fieldwork.take_call", task)
    service.take(task, by=request.user)
    return redirect(task)


@require_POST
@needs("fieldwork.make_calls", "fieldwork.manage_rules")
def call_put_back(request, pk):
    task = _task(request, pk)
    require(request.user, "fieldwork.put_back_call", task)
    service.put_back(task, by=request.user)
    messages.success(request, _("The call is back on the list."))
    return redirect("fieldwork:call_list")


@needs("fieldwork.manage_rules")
def call_drop(request, pk):
    task = _task(request, pk)
    context = {
        "title": _("Take the call off the list"), "submit_label": _("Take off"), "number": task.number,
        "cancel_url": task.get_absolute_url(), "danger": True,
        "consequences": [_("Nobody calls the customer for this any more."), _("The reason stays readable for supervision.")],
    }  # fmt: skip
    return step_page(request, task, rule="fieldwork.drop_call", act=service.drop, template="components/confirm.html",
                     context=context, form_class=ReasonForm)  # fmt: skip


@needs("fieldwork.check_calls")
def call_check(request, pk):
    """The lead writes down how it ended with a dissatisfied customer."""
    task = _task(request, pk)
    require(request.user, "fieldwork.check_call", task)
    form = CheckForm(posted(request))
    if form.is_valid():
        service.check(task, by=request.user, **form.cleaned_data)
        messages.success(request, _("Written down."))
        return redirect("fieldwork:dissatisfied")
    context = {
        "form": form, "title": _("How did it end?"), "submit_label": _("Write down"), "number": task.number,
        "cancel_url": task.get_absolute_url(), "fixed": _("What is written down stays; a later check is added below it."),
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)


# Ledgers ---------------------------------------------------------------------------------------------

LEDGER_COLUMNS = {
    Ledger.SATISFACTION: ("subject", "due_on", "lapse_reason", "booked_on"),
    Ledger.LAPSED: ("service", "service_name", "priority", "staff", "served_on", "subject", "due_on"),
    Ledger.REMINDER: ("service", "service_name", "priority", "staff", "served_on", "lapse_reason"),
    Ledger.REGULAR: ("service", "service_name", "priority", "staff", "served_on", "subject", "due_on", "lapse_reason", "booked_on"),
}  # fmt: skip


@sees
def ledger(request, kind):
    """One of the daily ledgers, of today or of the days asked for; as a file with every column."""
    if kind not in Ledger.values:
        raise Http404
    first, last = days_of(request.GET, usual=1)
    rows = figures.of_days(request.user, first, last).filter(rule__ledger=kind)
    rows = rows.select_related(*RELATED, "service_record__unit", "service_record__staff", "service_due", "follow_up")
    found = CallFilter(request.GET, rows, request=request)
    tabs = [
        {"label": one.label, "url": reverse("fieldwork:ledger", args=[one.value]) + f"?day_after={first}&day_before={last}",
         "active": one.value == kind} for one in Ledger
    ]  # fmt: skip
    _lines, total = figures.roll_up(rows, "owner")
    return list_page(
        request, "fieldwork/ledger.html", found, table_of(Ledger(kind)), title=Ledger(kind).label, days=words_of(first, last), tabs=tabs, first=first,
        last=last, total=total, log=request.user if request.GET.get("format") else None,
    )  # fmt: skip


def table_of(kind):
    hidden = LEDGER_COLUMNS[kind]

    class Shown(LedgerTable):
        class Meta(LedgerTable.Meta):
            exclude = hidden

    return Shown


@sees
def roll_up(request):
    """The ledgers rolled up by what the reader chooses (TEL-03)."""
    first, last = days_of(request.GET, usual=30)
    by = request.GET.get("by") if request.GET.get("by") in figures.BY else "rule"
    rows = figures.of_days(request.user, first, last)
    lines, total = figures.roll_up(rows, by)
    context = {"first": first, "last": last, "by": by, "lines": lines, "total": total, "divisions": DIVISIONS()}
    return render_page(request, "fieldwork/roll_up.html", context)


def DIVISIONS():
    return [("rule", _("Call list")), ("ledger", _("Ledger")), ("owner", _("Caller")), ("staff", _("Served by")),
            ("unit", _("Unit")), ("priority", _("Priority"))]  # fmt: skip


@needs("fieldwork.check_calls", "fieldwork.see_calls")
def dissatisfied(request):
    """Dissatisfied customers of the month, each to its final outcome and rating (TEL-08, 09)."""
    today = timezone.localdate()
    first, last = days_of(request.GET, usual=today.day)
    found = figures.dissatisfied(request.user, first, last)
    counts = figures.dissatisfied_counts(found)
    rows = list(found.order_by("-closed_at", "-pk")[:MOST])
    for row in rows:
        row.standing, row.last_check = (
            figures.standing(row),
            max(row.checks.all(), key=lambda one: one.pk, default=None),
        )
    counts |= {"tone": "danger" if counts["late"] else "", "more": counts["all"] - len(rows)}
    context = {"rows": rows, "first": first, "last": last, "counts": counts, "days": words_of(first, last)}
    return render_page(request, "fieldwork/dissatisfied.html", context)
