"""What takes its time, with progress: opening a wave draws respondents and makes links for thousands; paper is drawn."""

import io
import tempfile

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from core import jobs
from core.i18n import CHINESE, speaking
from core.jobs import job, keep_file
from core.workflow import record
from surveys import exports, wave_papers
from surveys.choices import WaveState
from surveys.filters import ResponseFilter
from surveys.models import PaperBatch, Wave
from surveys.papers import make_sheets
from surveys.selectors import lists
from surveys.selectors.questionnaires import instrument_of
from surveys.services import entering, waves


def start_open(wave, *, by, expected_version):
    title = _("Opening of %(wave)s") % {"wave": wave}
    return jobs.start("surveys.open_wave", by=by, title=title, params={"wave": wave.pk, "version": expected_version})


@job("surveys.open_wave")
def open_wave(run, progress):
    """``params``: wave (id), version as its page showed it. A wave that this run opened before it died is not opened twice."""
    wave = Wave.objects.get(pk=run.params["wave"])
    progress.total(1)
    if run.attempts == 1 or wave.state != WaveState.OPEN:
        waves.open(wave, by=run.owner, expected_version=run.params["version"])
    progress.step()
    return {"url": wave.get_absolute_url(), "wave": wave.pk}


@transaction.atomic
def start_sheets(wave, *, count, language, by):
    """Number new sheets of ``wave`` and draw them as one PDF."""
    batch = entering.issue_sheets(wave, count=count, language=language, by=by)
    title = _("Paper questionnaires of %(wave)s") % {"wave": wave}
    return jobs.start("surveys.print_sheets", by=by, title=title, params={"batch": batch.pk})


@job("surveys.print_sheets")
def print_sheets(run, progress):
    """``params``: batch (id). A second run draws the same sheets again."""
    batch = PaperBatch.objects.select_related("wave__questionnaire_version").get(pk=run.params["batch"])
    progress.total(1)
    name = f"{batch.wave.code} {batch.first_no}-{batch.last_no}.pdf"
    keep_file(run, name, io.BytesIO(make_sheets(batch)))
    progress.step()
    return {"url": f"{batch.wave.get_absolute_url()}entry/"}


PAPERS = {"pdf": wave_papers.make_pdf, "xlsx": wave_papers.make_xlsx}


def start_report(wave, *, fmt, by, language):
    """The report of ``wave`` as ``pdf`` or ``xlsx``; the wave remembers who took it."""
    record(wave, "exported", by=by, payload={"what": "report", "format": fmt})
    return jobs.start(
        "surveys.wave_report", by=by, title=_("Report of %(wave)s") % {"wave": wave},
        params={"wave": wave.pk, "format": fmt, "language": language},
    )  # fmt: skip


@job("surveys.wave_report")
def wave_report(run, progress):
    """``params``: wave (id), format, language."""
    wave = Wave.objects.select_related("questionnaire_version", "unit", "owner").get(pk=run.params["wave"])
    fmt, language = run.params["format"], run.params["language"]
    progress.total(1)
    with speaking(language):
        name = f"{wave.code} {wave.name}.{fmt}"
    keep_file(run, name, io.BytesIO(PAPERS[fmt](wave, language)))
    progress.step()
    return {"url": wave.get_absolute_url()}


DATA = {"sps": ("zip", exports.write), "xlsx": ("xlsx", exports.write_words)}


def start_export(wave, *, by, fmt="sps", narrowed="", language=CHINESE):
    """The single answers of ``wave`` as a data file; the wave remembers who took it. ``narrowed`` is the list's query."""
    record(wave, "exported", by=by, payload={"what": "answers", "format": fmt, "filter": narrowed})
    return jobs.start(
        "surveys.export_answers", by=by, title=_("Answers of %(wave)s") % {"wave": wave},
        params={"wave": wave.pk, "format": fmt, "filter": narrowed, "language": language},
    )  # fmt: skip


@job("surveys.export_answers")
def export_answers(run, progress):
    """``params``: wave (id), format, filter, language. Written to a file beside the memory, row by row."""
    wave = Wave.objects.select_related("questionnaire_version").get(pk=run.params["wave"])
    asked = {"format": "sps", "filter": "", "language": CHINESE} | run.params  # an older job names the wave alone
    ending, write = DATA[asked["format"]]
    found = ResponseFilter(QueryDict(asked["filter"]), lists.responses(run.owner, wave))
    progress.total(1)
    with tempfile.TemporaryFile() as target, speaking(asked["language"]):
        count = write(target, wave, instrument_of(wave.questionnaire_version), found.qs if asked["filter"] else None)
        keep_file(run, f"{wave.code}.{ending}", target)
    progress.step()
    return {"url": f"{wave.get_absolute_url()}answers/", "rows": count}
