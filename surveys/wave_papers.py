"""The report of one wave: PDF and workbook, from the figures that its page and the periodic reports show."""

from dataclasses import replace
from itertools import count

from django.utils.translation import gettext as _

from core import pdf
from core.i18n import pick, speaking
from core.reporting import numbered, sheets_of, workbook
from core.statistics.suppression import suppress_groups
from surveys import report_quality, report_sections
from surveys.choices import QuestionKind as Kind
from surveys.report_figures import collect_wave
from surveys.report_parts import parts
from surveys.report_words import sentences
from surveys.selectors import charts, precision, results

PARTS = ("overview", "results", "conclusions", "advice")
WORDS = 40  # of each open question, in a paper


def body(wave):
    """Everything the papers of ``wave`` say, in the active language."""
    data, plan = collect_wave(wave), precision.plan(wave)
    (part,) = parts(data)
    others = () if part.results.is_hidden else _others(part.results)
    return {
        "wave": wave, "part": part, "heads": report_sections.headlines(data),
        "figures": numbered([*report_sections.charts(data), *others], count(1)),
        "tables": [*report_sections.tables(data), *_quality(wave, part.results)], "said": {name: sentences(data, name) for name in PARTS},
        "plan": plan, "strata": _strata(plan), "texts": [row for row in results.texts(wave, limit=WORDS) if row.rows],
        "opinions": None if part.results.is_hidden else report_quality.opinions_table(wave),
        "opinions_base": report_quality.opinions_base(wave), "fingerprint": data["waves"][0]["answers"],
    }  # fmt: skip


def _quality(wave, found):
    """Reliability, and the weighted figures of a stratified sample."""
    reliable = None if found.is_hidden else report_quality.reliability_table(wave)
    return [*([reliable] if reliable else []), *report_quality.weights_tables(wave)]


def _strata(plan):
    """[(stratum, whether its answers may be told)]: a small one is hidden as in every comparison."""
    hidden = suppress_groups({row.value: row.answers or 0 for row in plan.strata}, threshold=results.threshold())
    return [(row, row.answers is not None and row.value not in hidden) for row in plan.strata]


def _others(found):
    """The questions that are not rated, one picture each, with the address of no single answer."""
    for row in found.questions:
        if row.question.kind != Kind.RATING:
            yield replace(charts.question(row), rows_url="")


def make_pdf(wave, language):
    """Bytes of the report in ``language``. Raises PdfUnavailable."""
    with speaking(language):
        return pdf.render(
            "pdf/wave_report.html", body(wave), language=language, title=_("Survey report"),
            period=pick(wave, "name"), number=wave.code,
        )  # fmt: skip


def make_xlsx(wave, language):
    """Bytes of the workbook: every figure in full precision, then a sheet for each picture and table."""
    with speaking(language):
        found = body(wave)
        told = [*found["tables"], *([found["opinions"]] if found["opinions"] else [])]
        sheets = [(_("Figures"), *figures(found["part"])), *sheets_of(found["figures"], told)]
        return workbook(f"{wave.code} {pick(wave, 'name')}", sheets)


def figures(part):
    """(headers, rows): overall score, dimensions and scored questions, unrounded; a hidden one says so instead of its n."""
    headers = (
        _("Level"), _("Figure"), _("n"), _("Mean"), _("Lower limit"), _("Upper limit"), _("Satisfied"), _("Lower limit"),
        _("Upper limit"), _("Not satisfied"),
    )  # fmt: skip
    found = part.results
    rows = [(_("Overall"), _("Overall satisfaction"), found.headline.scores)]
    rows += [(_("Dimension"), part.titles[row.code], row.scores) for row in found.dimensions]
    rows += [(_("Question"), row.question.title, row.scores) for row in found.questions if row.question.is_scored]
    return headers, [[level, name, *_numbers(scores)] for level, name, scores in rows]


def _numbers(scores):
    if scores is None:
        return [charts.few()]
    mean, top = scores.mean, scores.top
    return [scores.n, mean.mean, mean.low, mean.high, top.estimate, top.low, top.high, scores.bottom.estimate]
