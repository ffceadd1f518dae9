"""Visits: the list, one appointment with everything about it, booking, moving, and how it went."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import ics
from core.access import needs
from core.forms import ReasonForm
from core.lists import list_page
from core.panels import panels
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page, step_page
from customers.models import Customer
from fieldwork import messages as mails
from fieldwork.choices import ReportState
from fieldwork.filters import VisitFilter
from fieldwork.forms.meetings import BookVisitForm, ChangeForm, HoldForm, WhoForm
from fieldwork.models import Meeting, VisitPlanLine
from fieldwork.services import meetings as service
from fieldwork.tables import VisitTable
from surveys.public.sheets import fields_of
from surveys.replies import read_post
from surveys.selectors.questionnaires import instrument_of
from surveys.services import answering
from surveys.services.entering import AlreadyThere

sees = needs("fieldwork.see_visits", "fieldwork.plan_visits", "fieldwork.make_visits")
BOOKS = ("fieldwork.plan_visits", "fieldwork.make_visits")
books = needs(*BOOKS)
RELATED = ("customer", "lead", "unit", "project", "plan_line__plan__unit", "wave__questionnaire_version", "response")
ACTS = ("change_meeting", "hold_meeting", "report_meeting")


def listed(user):
    """Appointments as lists show them."""
    reports = Count("reports", filter=Q(reports__state=ReportState.SUBMITTED))
    return Meeting.objects.visible_to(user).select_related("customer", "lead", "unit").annotate(reports_n=reports)


@sees
def visit_list(request):
    """What is booked, next first; every visit by filter."""
    asked = request.GET or QueryDict("state=booked")
    found = VisitFilter(asked, listed(request.user).visits(), request=request)
    return list_page(
        request, "fieldwork/visit_list.html", found, VisitTable, title=_("Visits"), may_book=may_book(request)
    )


def may_book(request):
    return any(request.user.has_perm(name) for name in BOOKS)


@sees
def meeting(request, pk):
    """One appointment: who, when and where, who comes, the report, and what follows."""
    row = seen(request, pk)
    may = {act: allows(request.user, f"fieldwork.{act}", row) for act in ACTS}
    reports = list(row.reports.select_related("author", "follow_up", "meeting__lead"))
    context = {
        "meeting": row, "may": may, "people": service.present(row),
        "reports": [_report(request, one, row) for one in reports if may["report_meeting"] or one.submitted_at],
        "draft": next((one for one in reports if one.state == ReportState.DRAFT), None),
        "points": row.points.select_related("unit", "raised__follow_up", "by"),
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:30],
        "panels": panels("fieldwork.meeting", request, row),
    }  # fmt: skip
    return render_page(request, "fieldwork/meeting.html", context)


def _report(request, report, row):
    report.meeting = row
    report.may_reveal = bool(report.secrets) and allows(request.user, "fieldwork.reveal_secrets_of_report", report)
    report.may_correct = allows(request.user, "fieldwork.correct_meeting_report", report)
    return report


def seen(request, pk):
    """The appointment with what its pages show, or 404."""
    row = get_visible_or_404(Meeting, request.user, pk=pk)
    full = Meeting.objects.select_related(*RELATED).get(pk=row.pk)
    full._seen_by = row._seen_by
    return full


@books
def visit_create(request):
    """First whom (``?customer=`` or ``?line=`` says it), then when, where and who goes."""
    line = VisitPlanLine.objects.visible_to(request.user).filter(pk=_number(request.GET.get("line"))).first()
    wanted = line.customer_id if line else _number(request.GET.get("customer"))
    customer = Customer.objects.visible_to(request.user).active().filter(pk=wanted).first() if wanted else None
    if customer is None:
        return _whom(request)
    form = BookVisitForm(posted(request), customer=customer, user=request.user, initial=_from_line(line))
    if form.is_valid():
        data = dict(form.cleaned_data)
        hosts, contact = data.pop("hosts"), data.pop("contact")
        made = service.book(by=request.user, customer=customer, contacts=[contact], hosts=hosts, **data)
        messages.success(
            request,
            _("%(number)s is booked; everybody gets the entry for the calendar by mail.") % {"number": made.number},
        )
        return redirect(made)
    told = _("There is nobody at this customer who may be asked now: no contact person, a wish, or an open complaint.")
    told = "" if form.fields["contact"].queryset.exists() else told
    context = {"form": form, "title": _("Book a visit"), "sub": customer.name, "back": reverse("fieldwork:visit_list"),
               "submit": _("Book"), "told": told}  # fmt: skip
    return render_page(request, "fieldwork/meeting_form.html", context, status=422 if form.errors else 200)


def _number(text):
    return int(text) if text and text.isdecimal() else None


def _from_line(line):
    if line is None:
        return {}
    given = {"plan_line": line.pk, "form": line.form, "purpose": line.purpose or line.plan.purpose}
    return given | ({"lead": line.owner_id} if line.owner_id else {})


def _whom(request):
    form = WhoForm(posted(request), user=request.user)
    if form.is_valid():
        return redirect(f"{reverse('fieldwork:visit_create')}?customer={form.cleaned_data['customer'].pk}")
    context = {"form": form, "title": _("Book a visit"), "sub": _("Whom to visit?"), "back": reverse("fieldwork:visit_list"),
               "submit": _("Go on")}  # fmt: skip
    return render_page(request, "fieldwork/meeting_form.html", context, status=422 if form.errors else 200)


@books
def meeting_change(request, pk):
    """Another time or place; everybody's calendar follows."""
    row = seen(request, pk)
    require(request.user, "fieldwork.change_meeting", row)
    given = {name: getattr(row, name) for name in ("starts_at", "minutes", "place", "purpose", "version")}
    form = ChangeForm(posted(request), initial=given)
    if form.is_valid():
        data = dict(form.cleaned_data)
        service.change(row, by=request.user, expected_version=data.pop("version"), **data)
        messages.success(request, _("Changed; everybody gets the new entry for the calendar."))
        return redirect(row)
    context = {"form": form, "title": _("Move or change"), "sub": row.name, "back": row.get_absolute_url(), "submit": _("Save"),
               "number": row.number}  # fmt: skip
    return render_page(request, "fieldwork/meeting_form.html", context, status=422 if form.errors else 200)


@books
def meeting_cancel(request, pk):
    row = seen(request, pk)
    context = {
        "title": _("Cancel the appointment"), "submit_label": _("Cancel the appointment"), "number": row.number, "state": row.state_badge,
        "cancel_url": row.get_absolute_url(), "danger": True,
        "consequences": [_("Everybody invited gets a mail, and their calendars forget the entry."), _("No reminder goes out any more.")],
    }  # fmt: skip
    return step_page(request, row, rule="fieldwork.change_meeting", act=service.cancel, template="components/confirm.html",
                     context=context, form_class=ReasonForm)  # fmt: skip


@books
def meeting_miss(request, pk):
    row = seen(request, pk)
    context = {
        "title": _("The customer was not there"), "submit_label": _("Store"), "number": row.number, "state": row.state_badge,
        "cancel_url": row.get_absolute_url(),
        "consequences": [_("The visit counts as not made; its line of the plan stays open."), _("Book another appointment if it is still needed.")],
    }  # fmt: skip
    return step_page(request, row, rule="fieldwork.hold_meeting", act=service.miss, template="components/confirm.html",
                     context=context, form_class=ReasonForm)  # fmt: skip


@books
def meeting_hold(request, pk):
    """It took place: who came, and the interview if there is one. What does not fit comes back as it was typed."""
    row = seen(request, pk)
    require(request.user, "fieldwork.hold_meeting", row)
    people = service.present(row)
    form = HoldForm(posted(request), meeting=row, people=people)
    instrument = instrument_of(row.wave.questionnaire_version) if row.wave and row.wave.takes_answers else None
    payload, errors = read_post(instrument, request.POST) if instrument else {}, {}
    if form.is_valid():
        with_script = instrument is not None and request.POST.get("without_script") != "1"
        try:
            return _held(request, row, form.cleaned_data, payload if with_script else None)
        except answering.Invalid as invalid:
            errors = invalid.errors
        except AlreadyThere:
            errors = {"": _("This person has answered the questionnaire already. Leave the questionnaire out.")}
        except answering.NotTaken as refusal:
            errors = {"": str(refusal)}
    parts = instrument.sections if instrument else ()
    context = {
        "meeting": row, "form": form, "errors": errors, "instrument": instrument,
        "parts": [(part, fields_of(instrument, part.questions, payload, errors)) for part in parts],
    }  # fmt: skip
    return render_page(request, "fieldwork/meeting_hold.html", context, status=422 if errors or form.errors else 200)


def _held(request, row, data, answers):
    service.hold(row, by=request.user, came=data["came"], note=data["note"], answers=answers, language=get_language(),
                 expected_version=data["version"])  # fmt: skip
    messages.success(request, _("Stored. The report can be written now, or later from your home page."))
    return redirect("fieldwork:report_write", row.pk)


@sees
def meeting_ics(request, pk):
    """The entry for the reader's own calendar."""
    row = seen(request, pk)
    person = next((one for one in service.present(row) if one.user_id == request.user.pk), None)
    shown = mails.appointment_for(row, person, request.user)
    answer = HttpResponse(ics.write(shown), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{row.number}.ics"'
    return answer
