"""Survey material: the register, one wave's custody and its hand-overs."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.selectors import main_unit
from core.access import needs
from core.acts import Act, act_page
from core.forms import ConfirmForm, ReasonForm
from core.lists import list_page
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page
from surveys.choices import HandoverKind, ResponseMode
from surveys.filters import CustodyFilter
from surveys.forms.custody import CustodianForm, HandoverForm, HoldForm, TermsForm
from surveys.models import Custody, Handover
from surveys.selectors import custody as selector
from surveys.services import custody as service
from surveys.services import handovers
from surveys.tables import CustodyTable

SEES = ("surveys.see_custody", "surveys.keep_material")
ACTS = {
    "custodian": Act("surveys.name_custodian", service.name_custodian, CustodianForm, gettext_lazy("Name another custodian"),
                     gettext_lazy("Name the custodian"), (gettext_lazy("From now on only this person exports single answers."),)),
    "terms": Act("surveys.set_terms", service.set_terms, TermsForm, gettext_lazy("Secrecy and years kept"), gettext_lazy("Save"),
                 (gettext_lazy("The day on which it is due for disposal follows."),)),
    "hold": Act("surveys.keep_longer", service.hold, HoldForm, gettext_lazy("Keep it longer"), gettext_lazy("Keep it longer"),
                (gettext_lazy("It stands on no disposal list as long as this holds."),)),
    "lift": Act("surveys.keep_longer", service.lift, ReasonForm, gettext_lazy("No longer kept beyond its date"), gettext_lazy("Lift"),
                (gettext_lazy("If its date has passed, it stands on a disposal list from the next night on."),)),
}  # fmt: skip
HANDOVER_ACTS = {
    "accept": Act("surveys.accept_handover", handovers.accept, ConfirmForm, gettext_lazy("Confirm that you received it"),
                  gettext_lazy("Received"), (gettext_lazy("You have in hand what the record says; it does not change any more."),)),
    "return": Act("surveys.accept_handover", handovers.send_back, ReasonForm, gettext_lazy("Return the hand-over"),
                  gettext_lazy("Return it"), (gettext_lazy("The giver reads your reason and puts it right."),)),
}  # fmt: skip


@needs(*SEES)
def custody_list(request):
    found = CustodyFilter(request.GET, selector.rows(request.user))
    return list_page(request, "surveys/custody_list.html", found, CustodyTable, title=_("Survey material"))


@needs(*SEES)
def custody(request, pk):
    row = get_visible_or_404(Custody, request.user, pk=pk)
    given = row.handovers.select_related("giver", "receiver", "from_unit", "to_unit").order_by("pk")
    for one in given:
        one.custody = row
    may = {name: allows(request.user, act.rule, row) for name, act in ACTS.items()}
    context = {
        "custody": row, "wave": row.wave, "may": may, "may_hand_over": allows(request.user, "surveys.hand_over_material", row),
        "handovers": [(one, allows(request.user, "surveys.accept_handover", one), allows(request.user, "surveys.submit_again", one)) for one in given],
        "may_export": not row.wave.is_anonymous and allows(request.user, "surveys.export_answers_of", row.wave),
        "held": [(HELD[name], n) for name, n in selector.rows_held(row.wave_id).items() if n],
        "line": row.disposals.select_related("disposal").first(),
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20],
    }  # fmt: skip
    return render_page(request, "surveys/custody.html", context)


HELD = {
    "answers": gettext_lazy("Single values"), "responses": gettext_lazy("Returned questionnaires"), "texts": gettext_lazy("Comments"),
    "opinions": gettext_lazy("Classed comments"), "imported": gettext_lazy("Origins of imported answers"), "seal_openings": gettext_lazy("Opened seals"),
    "contact_requests": gettext_lazy("Wishes to be called"), "follow_ups": gettext_lazy("Words and scores in follow-ups"),
    "corrections": gettext_lazy("Corrections"), "checks": gettext_lazy("Authenticity checks"),
    "low_answers": gettext_lazy("Low answers"), "drafts": gettext_lazy("Drafts"), "invitations": gettext_lazy("Invitations with a name"),
    "files": gettext_lazy("Exported files"),
}  # fmt: skip


@needs(*SEES)
def custody_act(request, pk, act):
    row = get_visible_or_404(Custody, request.user, pk=pk)
    if act not in ACTS or (act == "lift" and not row.hold_reason):
        raise Http404
    usual = {"retention_years": row.retention_years, "secrecy": row.secrecy, "custodian": row.custodian_id}
    return act_page(request, row, ACTS[act], number=row.wave.code, initial=usual)


@needs("surveys.hand_over")
def handover_create(request, pk):
    row = get_visible_or_404(Custody, request.user, pk=pk)
    require(request.user, "surveys.hand_over_material", row)
    unit = main_unit(request.user)
    papers = row.wave.responses.filter(mode=ResponseMode.PAPER).count()
    kind = HandoverKind.KEEPING if row.handovers.filter(receiver=request.user).exists() else HandoverKind.FORMS
    initial = {"from_unit": unit and unit.pk, "forms_n": papers, "kind": kind}
    form = HandoverForm(posted(request), user=request.user, initial=initial)
    if form.is_valid():
        handovers.submit(row, by=request.user, **form.values())
        messages.success(request, _("Handed over. It counts once the receiver has confirmed it."))
        return redirect(row)
    context = {"form": form, "title": _("Hand over material"), "back_url": row.get_absolute_url(), "sub": row.wave,
               "submit_label": _("Hand over")}  # fmt: skip
    return render_page(request, "surveys/form.html", context)


@needs("surveys.hand_over")
def handover_act(request, pk, act):
    row = get_visible_or_404(Handover, request.user, pk=pk)
    if act == "again":
        return _again(request, row)
    if act not in HANDOVER_ACTS:
        raise Http404
    told = {"facts": row}
    return act_page(
        request,
        row,
        HANDOVER_ACTS[act],
        number=row.custody.wave.code,
        context=told,
        template="surveys/handover_act.html",
    )


def _again(request, row):
    require(request.user, "surveys.submit_again", row)
    names = ("kind", "receiver", "from_unit", "to_unit", "handed_on", "forms_n", "serials", "remark")
    form = HandoverForm(
        posted(request), user=request.user, version=row.version, initial={name: getattr(row, name) for name in names}
    )
    if form.is_valid():
        handovers.submit_again(row, by=request.user, **form.values())
        messages.success(request, _("Handed over. It counts once the receiver has confirmed it."))
        return redirect(row)
    context = {"form": form, "title": _("Hand over once more"), "back_url": row.get_absolute_url(),
               "sub": row.custody.wave, "submit_label": _("Hand over")}  # fmt: skip
    return render_page(request, "surveys/form.html", context)
