"""The ledger as a list: views, columns, files; and where it stands."""

from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts import selectors as people
from accounts.choices import Role
from accounts.services.lists import choices
from accounts.views_lists import may_share
from complaints import exports
from complaints.filters import ComplaintFilter
from complaints.ledger_tables import ALL, LABELS, LedgerTable, chosen_of, with_columns
from complaints.selectors import ledger
from complaints.services.bulk import ACTS
from complaints.views.common import sees
from core.permissions import allows, require
from core.tables import KeysFirst, listing
from core.views import render_page

PAGE = "complaints.ledger"
TITLE = gettext_lazy("Ledger of complaints and suggestions")


@sees
def complaint_list(request):
    chosen = choices(request.user, PAGE)
    views = people.views_of(request.user, PAGE)
    if not request.GET and (first := next((view for view in views if view.pk == chosen.get("opens_with")), None)):
        return redirect(f"{reverse('complaints:list')}?{address(first)}")
    columns = columns_of(request, chosen)
    if request.GET.get("format"):
        require(request.user, "complaints.export")
        return exports.answer(request, columns)
    acts = [act for act in ACTS.values() if request.user.has_perm(act.capability)]
    found = ComplaintFilter(request.GET, with_columns(ledger.rows(request.user), columns), request=request)
    shown = listing(request, found, LedgerTable, paginator=KeysFirst, chosen=columns, picks=bool(acts))
    context = {
        "title": TITLE, "tabs": _tabs(request), "may_export": allows(request.user, "complaints.export"), "acts": acts,
        "views": _views(request, views, chosen), "columns": [(name, LABELS[name], name in columns) for name in ALL],
        "page": PAGE, "here": request.get_full_path(), "roles": Role.choices if may_share(request.user) else (),
    }  # fmt: skip
    return render_page(request, "complaints/list.html", shown | context, partial="rows")


def columns_of(request, chosen):
    """Those of the address, else those the person keeps, else the usual ones; ``columns=all`` shows every one."""
    given = request.GET.get("columns")
    if given == "all":
        return ALL
    return chosen_of(given.split(",") if given else chosen.get("columns", ()))


def address(view):
    query = QueryDict(view.query, mutable=True)
    query["saved"] = view.pk
    return query.urlencode()


def _views(request, views, chosen):
    """Saved views for the menu: name, address, whether it is shown, one's own, the one the list opens with."""
    return [
        {"view": view, "url": f"?{address(view)}", "active": request.GET.get("saved") == str(view.pk),
         "is_own": view.owner_id == request.user.pk, "opens": chosen.get("opens_with") == view.pk}
        for view in views
    ]  # fmt: skip


def _tabs(request):
    saved = "saved" in request.GET
    chosen, counts = "" if saved else request.GET.get("view") or "open", ledger.counts(request.user)
    tabs = [("open", pgettext("complaint", "Open"), "open"), ("mine", _("Mine"), "mine"), ("unit", _("My units"), None),
            ("overdue", _("Overdue"), "overdue")]  # fmt: skip
    if request.user.has_perm("complaints.review_reply"):
        tabs.append(("review", _("To be reviewed"), "review"))
    if request.user.has_perm("complaints.call_back"):
        tabs.append(("call_back", _("To be called back"), "call_back"))
    tabs.append(("all", _("All"), None))
    return [
        {"label": label, "url": f"?view={name}", "active": chosen == name, "hot": name == "overdue"}
        | ({"count": counts[count]} if count else {})
        for name, label, count in tabs
    ]


@sees
def status(request):
    """Open records by unit and state with what is late, and all of the ledger by state."""
    found = ledger.status(request.user)
    return render_page(request, "complaints/status.html", {"status": found, "now": timezone.now()})
