"""Reports: list, draw up, read, edit, review, issue, papers."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import jobs
from core.access import needs
from core.attachments import private_file
from core.forms import ConfirmForm, ReasonForm
from core.permissions import require
from core.tables import listing
from core.views import get_visible_or_404, posted, render_page, step_page
from reports import papers, selectors
from reports.choices import Part
from reports.forms import PeriodForm, TextForm
from reports.jobs import start_issue
from reports.models import Report
from reports.reach import can_open, within_reach
from reports.services import reports as service
from reports.tables import ReportFilter, ReportTable

READERS = ("reports.see_reports", "reports.write_report", "reports.review_report", "reports.issue_report")


@needs(*READERS)
def report_list(request):
    rows = Report.objects.visible_to(request.user).select_related("period", "reviewer").defer("figures")
    return render_page(
        request,
        "reports/report_list.html",
        listing(request, ReportFilter(request.GET, rows), ReportTable),
        partial="rows",
    )


@needs("reports.write_report")
def report_make(request):
    form = PeriodForm(posted(request))
    if form.is_valid():
        period = form.cleaned_data["period"]
        existing = Report.objects.filter(period=period).first()
        if existing:
            messages.info(request, _("This period has its report already."))
            return redirect(existing)
        job = jobs.start(
            "reports.make",
            by=request.user,
            title=_("Report of %(period)s") % {"period": period},
            params={"period": period.pk},
        )
        return redirect("core:job_detail", job.pk)
    return render_page(request, "reports/report_make.html", {"form": form})


@needs(*READERS)
def report_detail(request, pk):
    report = get_visible_or_404(Report, request.user, pk=pk)
    context = papers.context(report)
    context |= {
        "body": within_reach(context["body"], request.user),
        "events": report.transitions.select_related("by").order_by("-pk")[:30], "readers": selectors.readers(report),
        "overdue": selectors.is_overdue(report), "due_on": selectors.due_on(report.period),
        "delivery": report.deliveries.filter(user=request.user).first(), "files": report.files.order_by("-language", "format"),
    }  # fmt: skip
    return render_page(request, "reports/report_detail.html", context)


@needs(*READERS)
def figure(request, pk, code):
    """The number printed beside a picture opens the records behind it."""
    report = get_visible_or_404(Report, request.user, pk=pk)
    for _section, _heads, figures, _tables in papers.body(report):
        for found in figures:
            if found.code == code and can_open(request.user, found.chart.rows_url):
                return redirect(found.chart.rows_url)
    raise Http404


@needs("reports.write_report")
def report_text(request, pk, part):
    report = get_visible_or_404(Report, request.user, pk=pk)
    require(request.user, "reports.edit_report", report)
    text = report.texts.filter(part=part).first()
    if text is None:
        raise Http404
    form = TextForm(
        posted(request), initial={"text_zh": text.text_zh, "text_en": text.text_en, "version": report.version}
    )
    if form.is_valid():
        data = form.cleaned_data
        service.edit_text(
            report,
            part,
            by=request.user,
            expected_version=data["version"],
            text_zh=data["text_zh"],
            text_en=data["text_en"],
        )
        messages.success(request, _("Saved."))
        return redirect(report)
    return render_page(request, "reports/report_text.html", {"report": report, "form": form, "part": Part(part)})


def _step(request, pk, rule, act, step, form_class=ConfirmForm):
    report = get_visible_or_404(Report, request.user, pk=pk)
    context = {"report": report, "step": step}
    return step_page(
        request, report, rule=rule, act=act, template="reports/report_step.html", context=context, form_class=form_class
    )


@needs("reports.write_report")
def report_submit(request, pk):
    return _step(request, pk, "reports.submit_report", service.submit, "submit")


@needs("reports.review_report")
def report_approve(request, pk):
    return _step(request, pk, "reports.approve_report", service.approve, "approve")


@needs("reports.review_report")
def report_send_back(request, pk):
    return _step(request, pk, "reports.approve_report", service.send_back, "send_back", ReasonForm)


@needs("reports.write_report")
def report_redraw(request, pk):
    return _step(request, pk, "reports.edit_report", service.redraw, "redraw", ReasonForm)


@needs("reports.issue_report")
def report_issue(request, pk):
    return _step(request, pk, "reports.issue_this_report", start_issue, "issue")


@require_POST
@needs(*READERS)
def report_read(request, pk):
    report = get_visible_or_404(Report, request.user, pk=pk)
    service.mark_read(report, by=request.user)
    messages.success(request, _("Thank you. Your reading is recorded."))
    return redirect(report)


@needs(*READERS)
def report_file(request, pk, file_pk):
    report = get_visible_or_404(Report, request.user, pk=pk)
    stored = report.files.filter(pk=file_pk).first()
    if stored is None:
        raise Http404
    return private_file(stored.file, stored.name)


@needs(*READERS)
def report_preview(request, pk):
    """The PDF as it would be issued now, in the reader's language."""
    report = get_visible_or_404(Report, request.user, pk=pk)
    response = HttpResponse(papers.make_pdf(report, get_language()), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{report}.pdf")
    return response
