"""Answers that other survey tools collected: bring a file, say what its columns mean, take its rows over."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.access import needs
from core.choices import JobState
from core.jobs.views import watch
from core.permissions import require
from core.views import get_visible_or_404, render_page
from surveys.forms.outside import BringForm
from surveys.instrument import NA
from surveys.jobs import start_import, start_look
from surveys.models import AnswerFile, Wave
from surveys.outside import PLACES, VALUES
from surveys.selectors import outside as selector
from surveys.services import outside
from surveys.views.waves import wave_context

ACTS = ("check", "keep", "import")


@needs("surveys.import_answers")
def wave_outside(request, pk):
    """Bring a file; the files that came before."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.import_answers_of", row)
    form = BringForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = outside.bring(row, by=request.user, **form.cleaned_data)
        start_look(file, by=request.user)
        return redirect(file)
    context = wave_context(request, row, "outside") | {
        "form": form, "files": row.answer_files.select_related("by", "job").defer("look")[:50],
        "days": outside.FILE_DAYS,
    }  # fmt: skip
    return render_page(request, "surveys/wave_outside.html", context, status=422 if form.errors else 200)


@needs("surveys.import_answers")
def answer_file(request, pk):
    """What the columns of a file mean: the guess, a person's corrections, what would be refused; then its rows are taken over."""
    row = get_visible_or_404(AnswerFile, request.user, pk=pk)
    require(request.user, "surveys.import_answers_of", row.wave)
    job, is_busy = row.job, row.job is not None and row.job.state not in JobState.ended()
    if request.method == "POST" and not is_busy:
        return _act(request, row)
    context = wave_context(request, row.wave, "outside") | {"file": row, "job": job, "is_mine": False}
    if job:
        context |= watch(job) | {"is_busy": is_busy, "may_fetch": bool(job.file) and job.owner_id == request.user.pk}
    if row.look and not is_busy:
        context |= {
            "columns": selector.columns(row), "choices": selector.choices(row), "spellings": selector.spellings(row),
            "faults": selector.faults(row), "preview": outside.preview(row, by=request.user),
            "earlier": outside.earlier(row), "unknown": selector.UNKNOWN,
        }  # fmt: skip
    return render_page(request, "surveys/answer_file.html", context, partial="live")


def _act(request, row):
    """Keep what the page says, and go on with it."""
    act, version = request.POST.get("act"), request.POST.get("version", "")
    if act not in ACTS or not row.look or not version.isdigit():
        raise Http404
    try:
        outside.correct(
            row, by=request.user, targets=request.POST.getlist("target"), values=_values(request.POST),
            numbers=PLACES if request.POST.get("numbers") == PLACES else VALUES, expected_version=int(version),
        )  # fmt: skip
        if act == "keep":
            outside.keep(row, by=request.user)
            messages.success(request, _("Kept for the next file of %(tool)s.") % {"tool": row.get_tool_display()})
        elif act == "import":
            start_import(row, by=request.user)
    except ValueError as wrong:
        messages.error(request, str(wrong))
    return redirect(row)


def _values(post):
    """{uid: {spelling: value}} of the meanings chosen on the page; what nobody knows stays out."""
    found = {}
    for asked, chosen in zip(post.getlist("spelling"), post.getlist("meaning"), strict=False):
        uid, _mark, text = asked.partition("|")
        if chosen != selector.UNKNOWN:
            value = chosen if chosen in ("", NA) else int(chosen) if chosen.lstrip("-").isdigit() else None
            found.setdefault(uid, {})[text] = value
    return found
