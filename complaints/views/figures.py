"""The figures of the ledger, their targets, and the clusters behind them."""

from itertools import count

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints import statistics
from complaints.forms.figures import FigureForm, TargetForm, presets
from complaints.selectors.indicators import REGISTRY
from complaints.services import targets
from core import pdf
from core.access import needs
from core.exports import CONTENT_TYPES
from core.permissions import allows, require
from core.reporting import numbered, sheets_of, workbook
from core.views import posted, render_page
from core.workflow import record

sees_figures = needs("complaints.see_all", "complaints.see_unit", "complaints.see_figures")
learns = needs("complaints.learn")
FILES = ("xlsx", "pdf")


def sees_rows(user):
    return user.has_perm("complaints.see_all") or user.has_perm("complaints.see_unit")


@sees_figures
def figures(request):
    form, fmt = FigureForm(request.GET), request.GET.get("format")
    page = statistics.page(
        form.scope(request.user), form.chosen_cut, unit=form.chosen_unit, units=form.unit_names, links=sees_rows(request.user)
    )  # fmt: skip
    if fmt in FILES:
        return _file(request, page, fmt)
    query = request.GET.copy()
    query.pop("format", None)
    context = {
        "form": form, "page": page, "query": query.urlencode(), "may_set": request.user.has_perm("complaints.learn"),
        "may_take": allows(request.user, "complaints.take_figures"),
        "is_part": not request.user.has_perm("complaints.see_all") and not request.user.has_perm("complaints.see_figures"),
        "presets": [
            {"label": label, "url": f"?{urlencode({'start': start, 'end': end, 'cut': form.chosen_cut})}",
             "active": (start, end) == (page.scope.start, page.scope.end)}
            for label, start, end in presets(timezone.localdate())
        ],
    }  # fmt: skip
    return render_page(request, "complaints/figures.html", context)


def _file(request, page, fmt):
    """The same page as a workbook or on paper."""
    require(request.user, "complaints.take_figures")
    title = _("Figures of the ledger")
    drawn, tables = numbered(page.charts, count(1)), list(page.tables())
    if fmt == "xlsx":
        content = workbook(f"{title}, {page.period}", sheets_of(drawn, tables))
    else:
        context = {"heads": page.heads, "figures": drawn, "tables": tables, "lines": []}
        content = pdf.render(
            "pdf/ledger_figures.html", context, language=get_language(), title=title, period=page.period
        )  # fmt: skip
    record(
        request.user, "exported", by=request.user, payload={"what": str(title), "format": fmt, "rows": len(page.lines)}
    )
    response = HttpResponse(content, content_type=CONTENT_TYPES[fmt])
    response["Content-Disposition"] = content_disposition_header(True, f"{title} {page.scope.end:%Y-%m-%d}.{fmt}")
    return response


@learns
def figure_targets(request):
    """Targets in force, and a new one from a day on."""
    form = TargetForm(posted(request))
    if form.is_valid():
        targets.set_target(by=request.user, **form.values())
        messages.success(request, _("The target holds from that day on."))
        return redirect("complaints:figure_targets")
    known = statistics.targets_on(timezone.localdate())
    rows = [(one.title, known.get(code, one.target), one.unit, code in known) for code, one in REGISTRY.items()]
    return render_page(request, "complaints/figure_targets.html", {"form": form, "rows": rows})
