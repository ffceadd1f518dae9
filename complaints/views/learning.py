"""Clusters, case reports and feedback to product and service."""

from dataclasses import replace

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import OrgUnit
from complaints.figure_filter import rows_url
from complaints.forms.figures import FigureForm
from complaints.forms.library import AnswerForm, CaseReportForm, ClusterForm, FeedbackForm
from complaints.library_lists import CaseReportFilter, CaseReportTable, FeedbackFilter, FeedbackTable
from complaints.models import CaseReport, Cluster, Complaint, FeedbackList
from complaints.selectors import clusters as found_in
from complaints.services import case_reports, feedback
from complaints.services import clusters as service
from complaints.views.figures import learns
from core.access import needs
from core.acts import Act, act_page
from core.attachments import private_file
from core.forms import ConfirmForm
from core.lists import list_page
from core.panels import panels
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page

sees = needs("complaints.see_all", "complaints.see_unit")
sees_all = needs("complaints.see_all")
reads_reports = needs("complaints.learn", "complaints.see_all", "complaints.see_library")
MOST = 50


# Clusters --------------------------------------------------------------------------------------------


@sees_all
def clusters(request):
    """Type × cause × unit with three complaints or more, and what was made of each."""
    form = FigureForm(request.GET)
    scope = form.scope(request.user)
    acted = found_in.acted_on(scope.start, scope.end, request.user)
    big = found_in.found(scope)
    units = {row.pk: row for row in OrgUnit.objects.filter(pk__in={one.unit_id for one in big})}
    rows = [
        (replace(one, unit=units[one.unit_id], acted=acted.get((one.category, one.cause, one.unit_id))),
         rows_url("complaint_rate", scope, "counted", category=one.category, cause=one.cause, only=one.unit_id))
        for one in big
    ]  # fmt: skip
    context = {
        "form": form, "rows": rows, "scope": scope, "least": found_in.LEAST,
        "may_act": request.user.has_perm("complaints.learn"), "kept": Cluster.objects.visible_to(request.user).select_related("unit")[:20],
    }  # fmt: skip
    return render_page(request, "complaints/clusters.html", context)


@learns
def cluster_create(request):
    """``?category=&cause=&unit=&start=&end=`` names the cluster that somebody acts on."""
    scope = FigureForm({name: request.GET.get(name) for name in ("start", "end")}).scope(request.user)
    unit = OrgUnit.objects.filter(
        pk=request.GET.get("unit", "") if request.GET.get("unit", "").isdecimal() else None
    ).first()
    names = {name: request.GET.get(name, "") for name in ("category", "cause")}
    if unit is None or not all(names.values()):
        raise Http404
    rows = found_in.records_of(scope, names["category"], names["cause"], unit).order_by("-received_at")
    if len(rows[:2]) < 2:
        raise Http404
    form = ClusterForm(posted(request))
    if form.is_valid():
        return redirect(service.keep(scope, unit=unit, by=request.user, **names, **form.values()))
    context = {"form": form, "rows": rows[:MOST], "unit": unit, "title": _("Act on a cluster")}
    return render_page(request, "complaints/cluster_form.html", context)


@sees
def cluster(request, pk):
    row = get_visible_or_404(Cluster, request.user, pk=pk)
    seen = (
        Complaint.objects.visible_to(request.user).filter(clusters=row).select_related("cycle").order_by("-received_at")
    )
    context = {
        "cluster": row, "rows": seen[:MOST], "may_act": request.user.has_perm("complaints.learn"),
        "raised": row.raised, "entries": row.library_entries.visible_to(request.user),
        "answers": row.canned_answers.visible_to(request.user), "may_answer": request.user.has_perm("complaints.handle"),
        "events": row.transitions.select_related("by", "on_behalf_of"), "panels": panels("complaints.cluster", request, row),
    }  # fmt: skip
    return render_page(request, "complaints/cluster.html", context)


@learns
def cluster_improve(request, pk):
    row = get_visible_or_404(Cluster, request.user, pk=pk)
    form = ConfirmForm(posted(request))
    if form.is_valid():
        service.improve(row, by=request.user)
        messages.success(request, _("The unit has a proposal for an improvement now."))
        return redirect(row)
    context = {
        "form": form, "title": _("Ask for an improvement"), "submit_label": _("Ask for it"), "cancel_url": row.get_absolute_url(),
        "consequences": [_("%(unit)s gets a proposal to put the common cause right; it is followed up like every improvement.") % {
            "unit": row.unit}], "number": row.title,
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)


# Case reports ----------------------------------------------------------------------------------------


@reads_reports
def case_report_list(request):
    rows = CaseReport.objects.visible_to(request.user).select_related("period").defer("figures")
    found = CaseReportFilter(request.GET, rows, request=request)
    return list_page(request, "complaints/case_reports.html", found, CaseReportTable, title=_("Case reports"))


@reads_reports
def case_report(request, pk):
    row = get_visible_or_404(CaseReport, request.user, pk=pk)
    context = case_reports.body(row) | {
        "report": row, "may": {name: allows(request.user, f"complaints.{name}_case_report", row) for name in ("edit", "issue")},
        "files": row.files.order_by("-language"), "events": row.transitions.select_related("by", "on_behalf_of"),
    }  # fmt: skip
    return render_page(request, "complaints/case_report.html", context)


@learns
def case_report_edit(request, pk):
    row = get_visible_or_404(CaseReport, request.user, pk=pk)
    require(request.user, "complaints.edit_case_report", row)
    names = [f"{name}_{language}" for name in CaseReport.WORDS for language in ("zh", "en")]
    form = CaseReportForm(posted(request), version=row.version, initial={name: getattr(row, name) for name in names})
    if form.is_valid():
        case_reports.write(row, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(row)
    return render_page(
        request,
        "complaints/library_form.html",
        {"form": form, "title": str(row), "back": row.get_absolute_url(), "is_report": True},
    )


REPORT_ACTS = {
    "issue": Act(
        "complaints.issue_case_report", case_reports.issue, ConfirmForm, gettext_lazy("Issue the case report"), gettext_lazy("Issue"),
        (gettext_lazy("It gets its number, is stored as PDF in both languages and can no longer be changed."),
         gettext_lazy("Everybody who reads the library is told.")),
    ),
    "redraw": Act(
        "complaints.edit_case_report", case_reports.redraw, ConfirmForm, gettext_lazy("Take the figures afresh"),
        gettext_lazy("Take afresh"), (gettext_lazy("The figures are taken again from today's records; the words stay."),),
    ),
}  # fmt: skip


@learns
def case_report_step(request, pk, step):
    row = get_visible_or_404(CaseReport, request.user, pk=pk)
    if step not in REPORT_ACTS:
        raise Http404
    return act_page(request, row, REPORT_ACTS[step], number=row.number)


@reads_reports
def case_report_preview(request, pk):
    """The PDF as it would be issued now, in the reader's language."""
    row = get_visible_or_404(CaseReport, request.user, pk=pk)
    response = HttpResponse(case_reports.paper(row, get_language()), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{row}.pdf")
    return response


@reads_reports
def case_report_file(request, pk, file_pk):
    row = get_visible_or_404(CaseReport, request.user, pk=pk)
    stored = row.files.filter(pk=file_pk).first()
    if stored is None:
        raise Http404
    return private_file(stored.file, stored.name)


# Feedback --------------------------------------------------------------------------------------------


@sees
def feedback_list(request):
    rows = FeedbackList.objects.visible_to(request.user).select_related("unit").annotate(records=Count("complaints"))
    found = FeedbackFilter(request.GET, rows, request=request)
    return list_page(
        request, "complaints/feedback_list.html", found, FeedbackTable, title=_("Feedback to product and service"),
        may_write=request.user.has_perm("complaints.learn"),
    )  # fmt: skip


@sees
def feedback_detail(request, pk):
    row = get_visible_or_404(FeedbackList, request.user, pk=pk)
    seen = Complaint.objects.visible_to(request.user).filter(feedback_lists=row).order_by("-received_at")
    context = {
        "feedback": row, "rows": seen[:MOST], "number": row.complaints.count(), "events": row.transitions.select_related("by", "on_behalf_of"),
        "may": {name: allows(request.user, f"complaints.{name}_feedback", row) for name in ("edit", "hand_over", "acknowledge")},
    }  # fmt: skip
    return render_page(request, "complaints/feedback.html", context)


@learns
def feedback_create(request):
    """``?cluster=`` begins with its records; otherwise all suggestions and complaints of the type in the days."""
    cluster, start = None, {"since": timezone.localdate().replace(day=1), "until": timezone.localdate()}
    if request.GET.get("cluster", "").isdecimal():
        cluster = get_visible_or_404(Cluster, request.user, pk=request.GET["cluster"])
        start = {"title": cluster.title, "category": cluster.category, "since": cluster.since, "until": cluster.until,
                 "summary": cluster.note}  # fmt: skip
    form = FeedbackForm(posted(request), initial=start)
    if form.is_valid():
        given = form.values()
        rows = (
            cluster.complaints.all()
            if cluster
            else found_in.themes(request.user, given["since"], given["until"], given["category"])
        )
        return redirect(feedback.draft(by=request.user, complaints=rows, **given))
    return render_page(
        request,
        "complaints/library_form.html",
        {"form": form, "title": _("New feedback list"), "back": "", "is_feedback": True},
    )


@learns
def feedback_edit(request, pk):
    row = get_visible_or_404(FeedbackList, request.user, pk=pk)
    require(request.user, "complaints.edit_feedback", row)
    names = ("title", "category", "since", "until", "summary", "unit")
    form = FeedbackForm(posted(request), version=row.version, initial={name: getattr(row, name) for name in names})
    if form.is_valid():
        feedback.change(row, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(row)
    return render_page(
        request,
        "complaints/library_form.html",
        {"form": form, "title": row.title, "back": row.get_absolute_url(), "is_feedback": True},
    )


FEEDBACK_ACTS = {
    "hand-over": Act(
        "complaints.hand_over_feedback", feedback.hand_over, ConfirmForm, gettext_lazy("Hand the feedback over"), gettext_lazy("Hand over"),
        (gettext_lazy("The unit's people are told and say what becomes of it; the list does not change any more."),),
    ),
    "acknowledge": Act(
        "complaints.acknowledge_feedback", feedback.acknowledge, AnswerForm, gettext_lazy("Acknowledge the feedback"),
        gettext_lazy("Acknowledge"), (gettext_lazy("Who handed it over reads what becomes of it."),),
    ),
}  # fmt: skip


@sees
def feedback_step(request, pk, step):
    row = get_visible_or_404(FeedbackList, request.user, pk=pk)
    if step not in FEEDBACK_ACTS:
        raise Http404
    return act_page(request, row, FEEDBACK_ACTS[step], number="")
