"""Disposal lists: what is past its date, who proposed and approved, what was removed."""

from django.http import Http404
from django.utils.translation import gettext_lazy

from core.access import needs
from core.acts import Act, act_page
from core.forms import ConfirmForm, ReasonForm
from core.lists import list_page
from core.permissions import allows
from core.views import get_visible_or_404, render_page, step_page
from surveys.filters import DisposalFilter
from surveys.forms.custody import ProposeForm
from surveys.jobs import start_disposal
from surveys.models import Disposal
from surveys.selectors import custody as selector
from surveys.services import disposals as service
from surveys.tables import DisposalTable
from surveys.views.custody import HELD

GONE = gettext_lazy(
    "Answers, comments, corrections, checks, drafts and exported files of these waves are removed; invitations lose their names."
)
STAYS = gettext_lazy("The results as frozen, plan, questionnaire, hand-overs and this list remain.")
ACTS = {
    "propose": Act("surveys.propose_disposal", service.propose, ProposeForm, gettext_lazy("Propose the list"), gettext_lazy("Propose"),
                   (gettext_lazy("Somebody else decides; nothing is removed yet."),)),
    "approve": Act("surveys.approve_disposal_of", service.approve, ConfirmForm, gettext_lazy("Approve the disposal"), gettext_lazy("Approve"),
                   (GONE, STAYS, gettext_lazy("Nothing is removed before somebody carries the list out."))),
    "send-back": Act("surveys.approve_disposal_of", service.send_back, ReasonForm, gettext_lazy("Send the list back"), gettext_lazy("Send back"),
                     (gettext_lazy("It is drawn up further and can be proposed anew."),)),
    "take-back": Act("surveys.take_back_disposal", service.take_back, ReasonForm, gettext_lazy("Take the approval back"),
                     gettext_lazy("Take back"), (gettext_lazy("Nothing has been removed; the list is drawn up further."),)),
}  # fmt: skip


@needs("surveys.see_custody")
def disposal_list(request):
    found = DisposalFilter(request.GET, selector.disposals(request.user))
    return list_page(request, "surveys/disposal_list.html", found, DisposalTable, title=gettext_lazy("Disposal lists"))


@needs("surveys.see_custody")
def disposal(request, pk):
    row = get_visible_or_404(Disposal, request.user, pk=pk)
    lines = row.items.select_related("custody__wave", "custody__custodian").defer(
        "custody__wave__audience", "custody__wave__frame"
    )
    context = {
        "disposal": row, "may": {name.replace("-", "_"): allows(request.user, act.rule, row) for name, act in ACTS.items()},
        "may_carry_out": allows(request.user, "surveys.carry_out_disposal", row),
        "lines": [(line, _told(line.held), _told(line.removed)) for line in lines],
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20],
    }  # fmt: skip
    return render_page(request, "surveys/disposal.html", context)


def _told(counted):
    return [(HELD[name], n) for name, n in counted.items() if n]


@needs("surveys.manage_custody", "surveys.keep_material", "surveys.approve_disposal")
def disposal_act(request, pk, act):
    row = get_visible_or_404(Disposal, request.user, pk=pk)
    if act == "carry-out":
        context = {"consequences": (GONE, STAYS, gettext_lazy("This cannot be undone.")), "title": gettext_lazy("Carry the list out"),
                   "submit_label": gettext_lazy("Remove the rows now"), "danger": True, "number": row.number,
                   "cancel_url": row.get_absolute_url(), "state": row.state_badge}  # fmt: skip
        return step_page(request, row, rule="surveys.carry_out_disposal", act=start_disposal,
                         template="components/confirm.html", context=context)  # fmt: skip
    if act not in ACTS:
        raise Http404
    return act_page(request, row, ACTS[act], number=row.number)
