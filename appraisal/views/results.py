"""What was published, what one sees of the own unit, and the way from a score back to the records."""

from io import BytesIO

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal.choices import Grade
from appraisal.indicators import REGISTRY
from appraisal.models import AppraisalCycle, FactSnapshot, Publication, Score, ScoreSheet
from appraisal.report_sections import line_table, tables
from appraisal.selectors import evidence as traces
from appraisal.selectors import pictures
from appraisal.services import facts as fact_service
from appraisal.services.publications import is_genuine
from core import exports, pdf
from core.access import needs
from core.exports import CONTENT_TYPES, xlsx
from core.views import get_visible_or_404, render_page

READERS = ("appraisal.see_all", "appraisal.see_own")


@needs("appraisal.see_all")
def publication(request, pk, no):
    row = _publication(request.user, pk, no)
    context = {
        "publication": row,
        "is_genuine": is_genuine(row),
        "chart": pictures.comparison(row.content["units"]),
        "scores": row.scores.select_related("sheet__unit").order_by("sheet__unit__path"),
        "others": row.cycle.publications.exclude(pk=row.pk).defer("content"),
    }
    return render_page(request, "appraisal/publication.html", context)


def _publication(user, pk, no):
    cycle = get_visible_or_404(AppraisalCycle, user, pk=pk)
    return get_object_or_404(cycle.publications.select_related("cycle__period", "published_by"), no=no)


@needs("appraisal.see_all")
def publication_file(request, pk, no, fmt):
    """The publication as PDF with its picture, or as workbook; both from what was published alone."""
    row = _publication(request.user, pk, no)
    if fmt not in ("pdf", "xlsx"):
        raise Http404
    data = row.content | {"no": row.no}
    ((title, headers, rows),) = tables(data)
    if fmt == "pdf":
        context = {"publication": row, "chart": pictures.comparison(data["units"]), "headers": headers, "rows": rows}
        body = pdf.render("appraisal/publication_pdf.html", context, language=get_language(), title=title)
    else:
        meta = (*exports.facts(title, request.user), (_("Fingerprint"), row.sha256))
        body = _workbook(meta, (_("Results"), headers, rows), (_("Lines"), *line_table(data["units"])))
    answer = HttpResponse(body, content_type=CONTENT_TYPES[fmt])
    answer["Content-Disposition"] = content_disposition_header(True, f"{title}.{fmt}")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _workbook(meta, *sheets):
    """Bytes of a workbook: what it is, then each of ``sheets`` (name, headers, rows)."""
    target = BytesIO()
    writer = xlsx.Writer(target)
    writer.about(meta)
    for name, headers, rows in sheets:
        writer.table(str(name), [str(header) for header in headers], iter(rows))
    writer.book.close()
    return target.getvalue()


@needs("appraisal.see_own")
def own(request):
    """The published results of the reader's own unit, the newest version of each period."""
    mine = ScoreSheet.objects.visible_to(request.user)
    if request.user.has_perm("appraisal.see_all"):
        mine = mine.filter(unit__in=request.user.memberships.current().values("unit"))
    rows = (
        Score.objects.filter(sheet__in=mine)
        .newest()
        .select_related("sheet__cycle__period", "sheet__unit", "publication")
    )
    scores = sorted(rows, key=lambda score: score.sheet.cycle.period.starts_on, reverse=True)
    bands = scores[0].sheet.cycle.scheme_version.bands() if scores else ()
    chart = pictures.contribution(scores[0].content, bands) if scores else None
    return render_page(request, "appraisal/own.html", {"scores": scores, "chart": chart})


@needs(*READERS)
def fact(request, pk):
    """The rows behind one frozen figure, and what it would be today."""
    row = get_object_or_404(
        FactSnapshot.objects.select_related("sheet__cycle__period", "sheet__cycle__scheme_version", "sheet__unit"),
        pk=pk, sheet__in=_sheets_of_facts(request.user),
    )  # fmt: skip
    context = {
        "fact": row,
        "indicator": REGISTRY[row.indicator],
        "standard": row.sheet.cycle.scheme_version.standards.get(indicator=row.indicator),
        "today": fact_service.today(row.sheet, row.indicator),
        "rows": traces.rows_of(request.user, row.row_model, row.row_ids),
        "base": traces.rows_of(request.user, row.base_model, row.base_ids),
    }
    return render_page(request, "appraisal/fact.html", context)


def _sheets_of_facts(user):
    """Sheets the reader sees, and those the reader rates."""
    rated = ScoreSheet.objects.filter(head=user) | ScoreSheet.objects.filter(superior=user)
    return (ScoreSheet.objects.visible_to(user) | rated).values("pk")


@needs(*READERS)
def evidence(request, pk):
    """From a published score back to the records."""
    score = get_visible_or_404(Score, request.user, pk=pk)
    facts = {one.pk: one for one in score.sheet.facts.all()}
    lines = [
        (
            line,
            facts.get(line.get("fact")),
            traces.chain(request.user, facts[line["fact"]]) if line.get("fact") else None,
        )
        for line in score.content["lines"]
    ]
    newest = Publication.objects.filter(cycle=score.publication.cycle_id).first()
    context = {"score": score, "grade": score.grade and Grade(score.grade), "lines": lines, "newest": newest}
    return render_page(request, "appraisal/evidence.html", context)
