"""Pictures of the ledger, each with its sentence and the same numbers as a table."""

from django.utils.translation import gettext as _

from complaints.choices import CodeList
from complaints.models import CodeEntry
from core.charts import Chart


def categories(found, rows_url, *, row_url=None):
    """What complaints are about, from {category: count}; None for fewer than two. ``row_url(category)`` opens a bar's rows."""
    known = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    if len(known) < 2:
        return None
    rows = [
        {"label": str(CodeEntry.label(CodeList.CATEGORY, key)), "value": count} | ({"url": row_url(key)} if row_url else {}) for key, count in known
    ]  # fmt: skip
    sentence = _("Most complaints, %(count)s of %(total)s, are about “%(category)s”.") % {
        "count": rows[0]["value"], "total": sum(found.values()), "category": rows[0]["label"],
    }  # fmt: skip
    table = ((_("Category"), _("Complaints")), [[row["label"], row["value"]] for row in rows])
    return Chart("pareto", {"rows": rows}, _("What complaints are about"), sentence, table, rows_url=rows_url)
