"""Past ledgers: what was imported, taking it back, and the page of an old record."""

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.forms.acts import WhyForm
from complaints.models import PastImport
from complaints.selectors import ledger
from complaints.services import past_ledgers
from complaints.tables_past import PastImportFilter, PastImportTable
from core.access import needs
from core.acts import Act, act_page
from core.lists import list_page
from core.permissions import allows
from core.views import get_visible_or_404, render_page

sees = needs("complaints.import_past", "complaints.see_all")
imports = needs("complaints.import_past")
SHOWN = ("by",)

ACTS = {
    "take_back": Act(
        "complaints.take_back_past", past_ledgers.take_back, WhyForm,
        gettext_lazy("Take the import back"), gettext_lazy("Take the import back"), is_dangerous=True,
        consequences=(
            gettext_lazy("Every record of the import becomes void; nothing is deleted, and its number stays used."),
            gettext_lazy("The corrected workbook can be imported afterwards."),
        ),
    ),
}  # fmt: skip


@sees
def past_list(request):
    rows = PastImport.objects.visible_to(request.user).select_related(*SHOWN)
    found = PastImportFilter(request.GET, rows, request=request)
    return list_page(request, "complaints/past_list.html", found, PastImportTable, title=_("Past ledgers"))


@sees
def past_import(request, pk):
    batch = get_visible_or_404(PastImport, request.user, pk=pk, related=SHOWN)
    context = {
        "batch": batch,
        "may_take_back": allows(request.user, "complaints.take_back_past", batch),
        "events": batch.transitions.select_related("by", "on_behalf_of"),
    }
    return render_page(request, "complaints/past_import.html", context)


@imports
def past_act(request, pk, step):
    batch = get_visible_or_404(PastImport, request.user, pk=pk, related=SHOWN)
    if step not in ACTS:
        raise Http404
    return act_page(request, batch, ACTS[step], number=str(batch), complaint=None, user=request.user)


def page_of(request, complaint):
    """The page of a record that came from an old ledger: everything that stood there, and nothing to do."""
    context = {
        "complaint": complaint,
        "old": complaint.old,
        "batch": complaint.old.batch,
        "may_see_batch": any(request.user.has_perm(f"complaints.{name}") for name in ("import_past", "see_all")),
        "tags": [complaint.get_kind_display(), _("Past ledger")],
        "reveals": allows(request.user, "complaints.reveal", complaint),
        "others": ledger.others_of(complaint, request.user),
        "events": complaint.transitions.select_related("by", "on_behalf_of"),
    }
    return render_page(request, "complaints/past.html", context)
