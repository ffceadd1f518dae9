"""Pages of long work: mine (or everybody's), one with its progress, cancel, the file."""

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.access import everyone
from core.attachments import private_file
from core.choices import JobState
from core.forms import PortalFilterSet
from core.jobs import runner
from core.models import Job
from core.tables import PortalTable, listing
from core.views import render_page

SOON, LATER = 2, 10  # seconds between two looks of a page, at first and after a while
A_WHILE = 60


class JobFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=JobState.choices)

    class Meta:
        model = Job
        fields = ["state"]


class JobTable(PortalTable):
    title = tables.Column(verbose_name=gettext_lazy("Task"))
    state = tables.TemplateColumn("{% badge record %}", verbose_name=gettext_lazy("State"))
    owner = tables.Column(verbose_name=gettext_lazy("Ordered by"))
    created_at = tables.TemplateColumn("{{ value|moment }}", verbose_name=gettext_lazy("Ordered"))
    ended_at = tables.TemplateColumn("{{ value|moment }}", verbose_name=gettext_lazy("Ended"))
    file_name = tables.Column(verbose_name=gettext_lazy("File"))

    class Meta(PortalTable.Meta):
        sequence = ("title", "state", "created_at", "ended_at", "file_name", "owner")
        empty_text = gettext_lazy(
            "No long work yet. Imports, exports and reports appear here with their progress and files."
        )

    @staticmethod
    def row_url(record):
        return reverse("core:job_detail", args=[record.pk])

    def render_file_name(self, record, value):
        if not record.file or record.owner_id != self.request.user.pk:
            return value
        return format_html('<a href="{}">{}</a>', reverse("core:job_file", args=[record.pk]), value)


@everyone
@require_safe
def job_list(request):
    sees_all = request.user.has_perm("core.see_all_jobs")
    rows = runner.visible(request.user).select_related("owner").order_by("-created_at")
    hidden = () if sees_all else ("owner",)
    context = listing(request, JobFilter(request.GET, queryset=rows), JobTable, exclude=hidden)
    return render_page(request, "core/job_list.html", context, partial="rows")


@everyone
@require_safe
def job_detail(request, pk):
    row = _mine_or_404(request, pk)
    context = {"job": row, "is_mine": row.owner_id == request.user.pk, **watch(row)}
    return render_page(request, "core/job_detail.html", context, partial="live")


@everyone
@require_POST
def job_cancel(request, pk):
    row = get_object_or_404(Job, pk=pk, owner=request.user)
    if runner.cancel(row):
        messages.info(request, _("This stops in a moment. Nothing of it is stored."))
    else:
        messages.warning(request, _("This had ended already."))
    return redirect("core:job_detail", pk)


@everyone
@require_safe
def job_file(request, pk):
    """Only for who ordered it: who sees everybody's work does not see the data in it."""
    row = get_object_or_404(Job, pk=pk, owner=request.user)
    if not row.file:
        raise Http404
    return private_file(row.file, row.file_name)


def watch(row):
    """What core/job_progress.html needs: has it ended, when to look again, how long it may still take."""
    age = (timezone.now() - row.created_at).total_seconds()
    return {
        "ended": row.state in JobState.ended(),
        "look_again": SOON if age < A_WHILE else LATER,
        "minutes_left": _minutes_left(row),
        "kept_until": row.ended_at and row.ended_at + runner.FILES_KEPT,
    }


def _minutes_left(row):
    """Whole minutes, by the pace so far; None while there is none."""
    if not (row.started_at and row.total and row.done) or row.done >= row.total:
        return None
    elapsed = (timezone.now() - row.started_at).total_seconds()
    return round(elapsed * (row.total - row.done) / row.done / 60)


def _mine_or_404(request, pk):
    return get_object_or_404(runner.visible(request.user).select_related("owner"), pk=pk)
