"""The report after an appointment: written on any screen, submitted, corrected, its secrets revealed; points of a group."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import ReasonForm
from core.permissions import require
from core.views import get_visible_or_404, posted, render_page
from fieldwork.choices import ReportState
from fieldwork.forms.meetings import PointForm, ReportForm, RevealSecretsForm
from fieldwork.models import Meeting, MeetingPoint, MeetingReport
from fieldwork.services import meeting_reports as service
from fieldwork.views.meetings import books, seen, sees


@books
def report_write(request, pk):
    """The draft of the report; storing and submitting are two buttons."""
    row = seen(request, pk)
    require(request.user, "fieldwork.report_meeting", row)
    draft = row.reports.filter(state=ReportState.DRAFT).first()
    if draft is None and row.reports.exists():
        return redirect(row)
    form = ReportForm(posted(request), meeting=row, draft=draft)
    if form.is_valid():
        return _stored(request, row, form)
    context = {"meeting": row, "form": form, "draft": draft}
    return render_page(request, "fieldwork/report_write.html", context, status=422 if form.errors else 200)


def _stored(request, row, form):
    report = service.write(row, by=request.user, expected_version=form.cleaned_data["version"], **form.values())
    if request.POST.get("then") != "submit":
        messages.success(request, _("Stored as a draft."))
        return redirect(row)
    report.meeting = row
    require(request.user, "fieldwork.submit_meeting_report", report)
    service.submit(report, by=request.user, wants_answer=form.cleaned_data.get("wants_answer", False))
    messages.success(request, _("The report is submitted and does not change any more."))
    return redirect(row)


def _report(request, pk):
    report = get_object_or_404(
        MeetingReport.objects.select_related("meeting__lead", "meeting__customer", "author"), pk=pk
    )
    get_visible_or_404(Meeting, request.user, pk=report.meeting_id)
    return report


@require_POST
@books
def report_submit(request, pk):
    report = _report(request, pk)
    require(request.user, "fieldwork.submit_meeting_report", report)
    service.submit(report, by=request.user)
    messages.success(request, _("The report is submitted and does not change any more."))
    return redirect(report.meeting)


@books
def report_correct(request, pk):
    """A new version, with the reason; the submitted one stays readable."""
    report = _report(request, pk)
    require(request.user, "fieldwork.correct_meeting_report", report)
    form = ReasonForm(posted(request))
    if form.is_valid():
        service.correct(report, by=request.user, reason=form.cleaned_data["reason"])
        return redirect("fieldwork:report_write", report.meeting_id)
    context = {
        "form": form, "title": _("Correct the report"), "submit_label": _("Begin the new version"), "number": report.meeting.number,
        "cancel_url": report.get_absolute_url(),
        "consequences": [_("A new version begins with the words of the last one."), _("The submitted version stays readable.")],
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)


@sees
def report_reveal(request, pk):
    """Trade secrets against a reason; nothing of them reaches an address, a list or a file (VIS-10)."""
    report = _report(request, pk)
    require(request.user, "fieldwork.reveal_secrets_of_report", report)
    form = RevealSecretsForm(posted(request))
    shown = service.reveal(report, by=request.user, reason=form.cleaned_data["reason"]) if form.is_valid() else None
    context = {"form": form, "report": report, "secrets": shown, "is_shown": shown is not None}
    answer = render_page(request, "fieldwork/report_secrets.html", context, status=422 if form.errors else 200)
    answer["Cache-Control"] = "no-store"
    return answer


@books
def point_create(request, pk):
    row = seen(request, pk)
    require(request.user, "fieldwork.report_meeting", row)
    if row.is_visit:
        raise Http404
    form = PointForm(posted(request), initial={"unit": row.unit_id})
    if form.is_valid():
        service.add_point(row, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("fieldwork:point_create" if request.POST.get("more") else "fieldwork:meeting", row.pk)
    context = {"form": form, "title": _("Shared problem or suggestion"), "sub": row.name, "back": row.get_absolute_url(),
               "submit": _("Save"), "number": row.number, "extra": _("Save and add another")}  # fmt: skip
    return render_page(request, "fieldwork/meeting_form.html", context, status=422 if form.errors else 200)


@require_POST
@books
def point_take_up(request, pk):
    """The point becomes work of the responsible unit."""
    point = get_visible_or_404(MeetingPoint, request.user, pk=pk)
    row = seen(request, point.meeting_id)
    require(request.user, "fieldwork.report_meeting", row)
    service.take_up(point, by=request.user)
    messages.success(request, _("Taken up: the responsible unit has it now."))
    return redirect(row)
