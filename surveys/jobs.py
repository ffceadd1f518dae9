"""What takes its time, with progress: opening a wave draws respondents and makes links for thousands; paper is drawn."""

import io
import tempfile
from pathlib import PurePath

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from core import jobs
from core.i18n import CHINESE, speaking
from core.jobs import job, keep_file
from core.workflow import edit, record
from surveys import exports, wave_papers
from surveys.choices import DisposalState, WaveState
from surveys.filters import ResponseFilter
from surveys.letters import make_letters
from surveys.models import AnswerFile, Disposal, PaperBatch, Wave
from surveys.papers import make_sheets
from surveys.selectors import lists
from surveys.selectors import outside as selector
from surveys.selectors.questionnaires import instrument_of
from surveys.services import disposals, entering, letters, outside, waves


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


# Answers from elsewhere --------------------------------------------------------------------------------


@transaction.atomic
def start_look(row, *, by):
    """Read what an uploaded file of answers holds."""
    run = jobs.start(
        "surveys.look_at_answers", by=by, title=_("Reading of %(file)s") % {"file": row.name}, params={"file": row.pk}
    )
    edit(row, by=by, event="answers_brought", job=run)
    return run


@job("surveys.look_at_answers")
def look_at_answers(run, progress):
    """``params``: file (id)."""
    row = AnswerFile.objects.select_related("wave__questionnaire_version").get(pk=run.params["file"])
    progress.total(1)
    outside.look(row, by=run.owner, tick=lambda: progress.step(0))
    progress.step()
    return {"url": row.get_absolute_url()}


@transaction.atomic
def start_import(row, *, by):
    """Take over the rows of a mapped file. Raises outside.NotReady."""
    found = selector.faults(row)
    if found:
        raise outside.NotReady(found)
    title = _("Answers of %(file)s") % {"file": row.name}
    run = jobs.start("surveys.import_answers", by=by, title=title, params={"file": row.pk})
    edit(row, by=by, event="answers_import_started", job=run)
    return run


@job("surveys.import_answers")
def import_answers(run, progress):
    """``params``: file (id). Each row by itself; a second run adds only what is not there. Leaves a workbook of refused rows."""
    row = AnswerFile.objects.select_related("wave__questionnaire_version__questionnaire").get(pk=run.params["file"])
    if not (run.owner.is_active and run.owner.has_perm("surveys.import_answers")):
        raise jobs.Failed(_("You may not import this any more."))
    try:
        counts, header, refused = outside.take_all(row, by=run.owner, progress=progress)
    except ValueError as wrong:
        raise jobs.Failed(str(wrong), {"url": row.get_absolute_url()})
    if refused:
        with tempfile.TemporaryFile() as target:
            outside.write_refused(header, refused, target)
            keep_file(run, _("%(file)s – to correct") % {"file": PurePath(row.name).stem} + ".xlsx", target)
    outside.finish(row, counts, by=run.owner)
    return {"url": row.get_absolute_url(), **counts}


# Letters and personal sheets ---------------------------------------------------------------------------


@transaction.atomic
def start_letters(wave, *, by, is_letter, tier=""):
    """Number personal sheets for whoever waits for one and draw them as one PDF."""
    made = letters.issue(wave, by=by, is_letter=is_letter, tier=tier)
    return draw_letters(wave, [sheet.pk for sheet in made], by=by)


def draw_letters(wave, ids, *, by):
    """Draw personal sheets, again if need be; the wave remembers who took them."""
    record(wave, "exported", by=by, payload={"what": "letters", "format": "pdf", "rows": len(ids)})
    title = _("Letters and sheets of %(wave)s") % {"wave": wave}
    return jobs.start("surveys.draw_letters", by=by, title=title, params={"wave": wave.pk, "sheets": ids})


@job("surveys.draw_letters")
def draw_letters_of(run, progress):
    """``params``: wave (id), sheets (ids). A second run draws the same sheets again."""
    rows = Wave.objects.select_related("questionnaire_version", "unit", "link_key")
    wave = rows.filter(pk=run.params["wave"], state=WaveState.OPEN, link_key__isnull=False).first()
    if wave is None:
        raise jobs.Failed(_("The wave is closed: its personal links are gone, and letters cannot be printed any more."))
    ids = run.params["sheets"]
    progress.total(len(ids) + 1)
    paper = make_letters(wave, ids, language=run.language, tick=progress.step)
    keep_file(run, f"{wave.code} {_('Letters')}.pdf", io.BytesIO(paper))
    progress.step()
    return {"url": f"{wave.get_absolute_url()}letters/"}


@transaction.atomic
def start_disposal(disposal, *, by, expected_version=None):
    """Begin to carry out an approved list; its rows go in the background."""
    disposals.carry_out(disposal, by=by, expected_version=expected_version)
    title = _("Disposal list %(number)s") % {"number": disposal.number}
    return jobs.start("surveys.dispose", by=by, title=title, params={"disposal": disposal.pk})


@job("surveys.dispose")
def dispose(run, progress):
    """``params``: disposal (id). A second run goes on where the first one stopped."""
    found = Disposal.objects.get(pk=run.params["disposal"])
    left = found.items.filter(done_at=None)
    progress.total(sum(sum(line.held.values()) - sum(line.removed.values()) for line in left))
    if found.state == DisposalState.RUNNING:
        disposals.run(found, progress)
    return {"url": found.get_absolute_url()}
