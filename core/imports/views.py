"""Template, upload, result of the check, import."""

import io

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import everyone
from core.attachments import KINDS
from core.choices import JobState
from core.forms import PortalForm
from core.imports import checking, service
from core.imports.schema import SCHEMAS
from core.imports.template import write_template
from core.jobs import Failed, visible
from core.jobs.views import watch
from core.permissions import Refused
from core.views import render_page

PAGE = 100


class UploadForm(PortalForm):
    file = forms.FileField(
        label=gettext_lazy("Workbook"),
        help_text=gettext_lazy(
            "The filled-in template, or a workbook of your own with the same headings (.xlsx, .csv)."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        service.check_upload(file)
        return file


@everyone
@require_safe
def import_index(request):
    schemas = [schema for schema in SCHEMAS.values() if request.user.has_perm(schema.capability)]
    if not schemas:
        raise Refused(_("Your role does not include imports."))
    return render_page(request, "core/import_index.html", {"schemas": schemas})


@everyone
@require_http_methods(["GET", "HEAD", "POST"])
def import_start(request, code):
    schema = _schema(request, code)
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        return redirect("imports:result", service.upload(schema, form.cleaned_data["file"], by=request.user).pk)
    return render_page(
        request, "core/import_start.html", {"schema": schema, "form": form, "columns": _explained(schema)}
    )


@everyone
@require_safe
def import_template(request, code):
    schema = _schema(request, code)
    file = io.BytesIO()
    write_template(schema, file)
    response = HttpResponse(file.getvalue(), content_type=KINDS[".xlsx"].media_type)
    name = _("%(what)s – template") % {"what": schema.title}
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    return response


@everyone
@require_safe
def import_result(request, pk):
    job, schema = _run(request, pk)
    problems = [checking.Problem(*values) for values in job.result.get("problems", ())]
    context = {
        "job": job,
        "schema": schema,
        "is_mine": job.owner_id == request.user.pk,
        "problems": Paginator(problems, PAGE).get_page(request.GET.get("page")),
        **watch(job),
    }
    if job.kind == service.CHECK and job.state == JobState.DONE:
        context |= {
            "can_commit": service.can_commit(job),
            "imported": service.commits_of(job).first(),
            "earlier": service.earlier_import(job),
        }
    return render_page(request, "core/import_result.html", context, partial="live")


@everyone
@require_POST
def import_commit(request, pk):
    job, _of = _run(request, pk)
    if job.owner_id != request.user.pk:
        raise Refused(_("Only who uploaded the file can import it."))
    try:
        return redirect("imports:result", service.start_commit(job, by=request.user).pk)
    except Failed as refusal:
        messages.error(request, str(refusal))
        return redirect("imports:result", pk)


def _schema(request, code):
    if code not in SCHEMAS:
        raise Http404
    if not request.user.has_perm(SCHEMAS[code].capability):
        raise Refused(_("Your role does not include this import."))
    return SCHEMAS[code]


def _run(request, pk):
    """The check or commit job and its schema."""
    runs = visible(request.user).filter(kind__in=[service.CHECK, service.COMMIT]).select_related("owner")
    job = get_object_or_404(runs, pk=pk)
    return job, _schema(request, job.params["schema"])


def _explained(schema):
    return [(column, checking.example_text(column)) for column in schema.columns]
