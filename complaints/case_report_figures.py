"""What a case report shows: the ledger's section of the period, and beyond it causes, units, clusters and what was learned."""

from collections import Counter
from datetime import timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints import report_figures, report_sections, statistics
from complaints.choices import EditionState
from complaints.models import Cluster, LibraryEdition
from complaints.names import category_name, cause_name
from complaints.selectors import clusters
from complaints.selectors.indicators import Scope
from core import periods
from core.i18n import suffix

CLUSTERS = 12
LANGUAGES = ("zh-hans", "en")


def collect(period):
    """Plain JSON, kept as it was; {} where nothing was received."""
    ledger = report_figures.collect(period)
    if not ledger.get("kinds"):
        return {}
    scope = scope_of(period)
    cells = clusters.grid(scope)
    big = clusters.found(scope, cells=cells)[:CLUSTERS]
    names = _unit_names(cells)
    return {
        "ledger": ledger,
        "causes": clusters.sums(cells, "cause"),
        "types": clusters.sums(cells, "category"),
        "units": [
            [names[pk], n]
            for pk, n in sorted(clusters.sums(cells, "unit_id").items(), key=lambda one: (-one[1], one[0]))
        ],
        "clusters": [[one.category, one.cause, names[one.unit_id], one.count] for one in big],
        "learned": _learned(scope),
        "acted": _acted(scope),
    }


def scope_of(period):
    """The days between the cut-offs."""
    first, last = (timezone.localdate(moment) for moment in periods.bounds(period))
    return Scope(first, last - timedelta(days=1))


def _unit_names(cells):
    from accounts.models import OrgUnit

    rows = OrgUnit.objects.filter(pk__in={cell[2] for cell in cells if cell[2]})
    return {row.pk: {"zh": row.name_zh, "en": row.name_en or row.name_zh} for row in rows}


def _learned(scope):
    """[number, title, lesson] of what was shared in the library meanwhile."""
    since, until = scope.span
    rows = LibraryEdition.objects.filter(confirmed_at__gte=since, confirmed_at__lt=until, no=1)
    rows = rows.exclude(state=EditionState.RETIRED).select_related("entry").order_by("confirmed_at")
    return [[row.entry.number, row.title, row.lesson] for row in rows]


def _acted(scope):
    """[category, cause, count, note] of clusters that somebody acted on."""
    rows = Cluster.objects.filter(since__lte=scope.end, until__gte=scope.start).order_by("pk")
    return [[row.category, row.cause, row.count, row.note] for row in rows]


# Words -----------------------------------------------------------------------------------------------


def drafted(data):
    """{"findings_zh": …} the words a report begins with, in both languages."""
    made = {}
    for language in LANGUAGES:
        with translation.override(language):
            key = suffix(language)
            made |= {f"{name}_{key}": "\n\n".join(lines) for name, lines in _words(data).items()}
    return made


def _words(data):
    ledger = data["ledger"]
    return {
        "findings": [*report_sections.sentences(ledger, "overview"), *report_sections.sentences(ledger, "conclusions"), *_causes(data)],
        "lessons": [_("%(number)s “%(title)s”: %(lesson)s") % {"number": number, "title": title, "lesson": lesson or "…"}
                    for number, title, lesson in data["learned"]] or [_("Nothing was added to the case library in this period.")],
        "measures": [_("%(count)s complaints (%(type)s, %(cause)s): %(note)s") % {
            "count": count, "type": category_name(category), "cause": cause_name(cause), "note": note,
        } for category, cause, count, note in data["acted"]] or [_("No cluster was acted on in this period.")],
        "recommended": report_sections.sentences(ledger, "advice") or [_("Nothing stands out.")],
    }  # fmt: skip


def _causes(data):
    found = Counter(data["causes"])
    if not found:
        return []
    (cause, n), *_rest = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    text = _("Of %(total)s complaints with a cause, %(n)s came from “%(cause)s”.")
    return [text % {"total": sum(found.values()), "n": n, "cause": cause_name(cause)}]


# Pictures and tables ---------------------------------------------------------------------------------


def heads(data):
    return list(report_sections.headlines(data["ledger"])) if data else []


def charts(data):
    """The ledger's pictures and Paretos of causes and units, from the kept figures alone."""
    if not data:
        return []
    found = report_sections.charts(data["ledger"])
    units = {name[suffix()]: n for name, n in data["units"]}
    for counts, title, words in (
        (data["causes"], _("Why it happened"), cause_name),
        (units, _("Which units they concern"), str),
    ):
        chart = statistics.pareto(counts, title, words)
        if chart is not None:
            found.append(chart)
    return found


def tables(data):
    if not data:
        return []
    made = list(report_sections.tables(data["ledger"]))
    if data["clusters"]:
        headers = (_("Type"), _("Cause"), _("Unit"), _("Complaints"))
        rows = [[category_name(one), cause_name(cause), unit[suffix()], n] for one, cause, unit, n in data["clusters"]]
        made.append((_("What came again and again"), headers, rows))
    return made
