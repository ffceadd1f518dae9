"""Taking in: what is said already, canned answers, early risks, the notice of channels."""

import copy

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from complaints.choices import Category, Kind
from complaints.forms import desk as forms
from complaints.home_desk import ANSWERS, TELLS
from complaints.models import CannedAnswer, ChannelNotice, Cluster, PreventionItem
from complaints.services import canned, notices, risks
from complaints.tables_desk import CannedFilter, CannedTable, RiskFilter, RiskTable
from complaints.views.acts import RecordAct
from core.access import needs
from core.acts import act_page
from core.lists import list_page
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page

answers = needs(*ANSWERS)
tells = needs(*TELLS)
leads = needs("complaints.assess")
notes = needs("complaints.log_risk")


# Canned answers ------------------------------------------------------------------------------------------


@answers
def canned_list(request):
    rows = CannedAnswer.objects.visible_to(request.user).select_related("owner").with_uses()
    found = CannedFilter(request.GET, rows, request=request)
    return list_page(request, "complaints/canned_list.html", found, CannedTable, title=_("Canned answers"))


@needs("complaints.handle")
def canned_create(request):
    cluster = _cluster(request)
    form = forms.CannedForm(posted(request), initial=_answer_to(cluster))
    if form.is_valid():
        answer = canned.write(by=request.user, cluster=cluster, **form.values())
        messages.success(request, _("Saved. Somebody else reviews it before it is used."))
        return redirect(answer)
    return _form(request, form, _("Write a canned answer"), "complaints:canned_list", _("Canned answers"))


def _cluster(request):
    """The cluster of complaints in the address to which the answer is written, if the user sees it."""
    key = request.GET.get("cluster", "")
    return Cluster.objects.visible_to(request.user).filter(pk=key).first() if key.isdecimal() else None


def _answer_to(cluster):
    if cluster is None:
        return {}
    return {"topic": cluster.category if cluster.category in Category.values else "", "kind": Kind.COMPLAINT}


@answers
def canned_edit(request, pk):
    answer = get_visible_or_404(CannedAnswer, request.user, pk=pk)
    require(request.user, "complaints.edit_canned", answer)
    form = forms.CannedForm(posted(request), instance=copy.copy(answer))
    if form.is_valid():
        canned.change(answer, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(answer)
    return _form(request, form, _("Change the draft"), answer.get_absolute_url(), str(answer))


@answers
def canned_revise(request, pk):
    """A draft that is to take the place of the answer."""
    answer = get_visible_or_404(CannedAnswer, request.user, pk=pk)
    require(request.user, "complaints.revise_canned", answer)
    if request.method != "POST":
        context = {"form": forms.WhyForm(user=request.user), "answer": answer}
        del context["form"].fields["comment"]
        return render_page(request, "components/confirm.html", context | {
            "title": _("Revise it"), "submit_label": _("Revise it"), "cancel_url": answer.get_absolute_url(), "crumb": str(answer),
            "consequences": [_("A draft with the same words is made. This one stays in use until the draft is approved.")],
        })  # fmt: skip
    return redirect("complaints:canned_edit", canned.revise(answer, by=request.user).pk)


def _act(rule, service, form, label, icon, **more):
    return RecordAct(f"complaints.{rule}", service, form, label, label, icon=icon, **more)


CANNED_ACTS = {
    "approve": _act("approve_canned", canned.approve, forms.RemarkForm, gettext_lazy("Approve"), "check",
                    todo=gettext_lazy("Read both texts."),
                    consequences=(gettext_lazy("It is in use from now on, and does not change any more."),)),
    "retire": _act("retire_canned", canned.retire, forms.WhyForm, gettext_lazy("Retire"), "ban",
                   consequences=(gettext_lazy("Nobody finds it any more; where it was used, it stays readable."),)),
}  # fmt: skip


@answers
def canned_detail(request, pk):
    answer = get_visible_or_404(CannedAnswer, request.user, pk=pk)
    steps = _steps(request.user, answer, CANNED_ACTS, "complaints:canned_act")
    for rule, label, name in (("edit_canned", _("Change"), "edit"), ("revise_canned", _("Revise it"), "revise")):
        if allows(request.user, f"complaints.{rule}", answer):
            steps.append((reverse(f"complaints:canned_{name}", args=[pk]), label, "pencil", False))
    context = {"answer": answer, "steps": steps, "uses": answer.uses.count(),
               "events": answer.transitions.select_related("by", "on_behalf_of")}  # fmt: skip
    return render_page(request, "complaints/canned.html", context)


@answers
def canned_act(request, pk, step):
    answer = get_visible_or_404(CannedAnswer, request.user, pk=pk)
    return _step(request, answer, CANNED_ACTS, step, number=str(answer))


def _steps(user, row, acts, url_name):
    return [(reverse(url_name, args=[row.pk, name]), act.label, act.icon, bool(act.todo))
            for name, act in acts.items() if allows(user, act.rule, row)]  # fmt: skip


def _step(request, row, acts, step, *, number):
    if step not in acts:
        raise Http404
    return act_page(request, row, acts[step], number=number, user=request.user)


# Early risks -----------------------------------------------------------------------------------------------

RISK_ACTS = {
    "assess": _act("assess_risk", risks.assess, forms.AssessRiskForm, gettext_lazy("Assess"), "list-check",
                   todo=gettext_lazy("How likely is it, and how bad would it be?")),
    "measure": _act("measure_risk", risks.take_measure, forms.MeasureForm, gettext_lazy("Set a measure"), "tool",
                    todo=gettext_lazy("Say what is done, by whom and until when.")),
    "close": _act("close_risk", risks.close, forms.WhyForm, pgettext_lazy("risk", "Close"), "check",
                  consequences=(gettext_lazy("Who noticed it is told."),)),
}  # fmt: skip


@tells
def risk_list(request):
    rows = PreventionItem.objects.visible_to(request.user).select_related("unit", "reporter", "owner")
    found = RiskFilter(request.GET, rows, request=request)
    return list_page(request, "complaints/risk_list.html", found, RiskTable, title=pgettext("risk", "Early risks"))


@notes
def risk_create(request):
    form = forms.RiskForm(posted(request), user=request.user)
    if form.is_valid():
        item = risks.notice(by=request.user, **form.cleaned_data)
        messages.success(request, _("Noted as %(number)s. A service lead assesses it.") % {"number": item.number})
        return redirect(item)
    return _form(request, form, _("Note a risk"), "complaints:risk_list", pgettext("risk", "Early risks"))


@tells
def risk_detail(request, pk):
    item = get_visible_or_404(PreventionItem, request.user, pk=pk)
    context = {"risk": item, "steps": _steps(request.user, item, RISK_ACTS, "complaints:risk_act"),
               "events": item.transitions.select_related("by", "on_behalf_of")}  # fmt: skip
    return render_page(request, "complaints/risk.html", context)


@tells
def risk_act(request, pk, step):
    item = get_visible_or_404(PreventionItem, request.user, pk=pk)
    return _step(request, item, RISK_ACTS, step, number=item.number)


# Notice of channels ----------------------------------------------------------------------------------------


@leads
def notice(request):
    """Publish another edition; the form begins with the one that is read now."""
    newest = ChannelNotice.objects.select_related("by").first()
    form = forms.NoticeForm(posted(request), initial=_fields(newest) if newest else None)
    if form.is_valid():
        made = notices.publish(by=request.user, **form.cleaned_data)
        messages.success(request, _("Edition %(n)s is public now.") % {"n": made.n})
        return redirect("complaints:notice")
    context = {"form": form, "editions": ChannelNotice.objects.select_related("by")[:20]}
    return render_page(request, "complaints/notice_edit.html", context)


def _fields(newest):
    return {name: getattr(newest, name) for name in forms.NoticeForm.base_fields if name != "change"}


def _form(request, form, title, back, crumb):
    context = {
        "form": form,
        "title": title,
        "back": reverse(back) if ":" in back else back,
        "crumb": crumb,
        "submit": _("Save"),
    }
    return render_page(request, "complaints/desk_form.html", context)
