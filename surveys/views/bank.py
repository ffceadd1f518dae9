"""The bank of questions and the indicator system: pages to read them, keep them and take from them."""

from dataclasses import replace

from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.access import needs
from core.forms import ConfirmForm, ReasonForm
from core.i18n import pick
from core.lists import list_page
from core.permissions import require
from core.views import get_visible_or_404, posted, render_page, step_page
from surveys.filters import BankFilter
from surveys.forms.bank import BankQuestionForm, IndicatorForm, PutForm, TakeForm
from surveys.forms.questionnaires import QuestionForm
from surveys.models import BankQuestion, Indicator, QuestionnaireVersion
from surveys.selectors import bank as selector
from surveys.selectors import charts
from surveys.services import bank, indicators
from surveys.tables import BankTable
from surveys.views.questionnaires import at, draft_or_refuse

OFFERED = 200


def trend_of(rows, title=""):
    """The picture of readings, or None for fewer than two."""
    if len(rows) < 2:
        return None
    chart = charts.trend([row.point for row in rows], url=lambda pk: f"/surveys/waves/{pk}/", cut=_("other questions"))
    return replace(chart, title=title or chart.title)


def events_of(row):
    return row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20]


# Indicator system ------------------------------------------------------------------------------------


@needs("surveys.see_questionnaires")
def indicator_list(request):
    """The whole system: dimensions, their indicators, and what the last wave said about each."""
    sees = request.user.has_perm("surveys.see_results")
    context = {"branches": selector.system(request.user, with_results=sees), "sees_results": sees, "few": charts.few()}
    return render_page(request, "surveys/indicator_list.html", context)


@needs("surveys.see_questionnaires")
def indicator(request, pk):
    """One part of the system over all questionnaires: trend, readings, questions."""
    row = get_visible_or_404(Indicator, request.user, pk=pk)
    questions = BankQuestion.objects.filter(Q(indicator=row) | Q(indicator__parent=row)).with_wording()
    context = {
        "indicator": row, "questions": questions.select_related("indicator"), "below": row.indicators.all(),
        "events": events_of(row), "few": charts.few(),
    }  # fmt: skip
    if request.user.has_perm("surveys.see_results"):
        context |= _over_time(request.user, row, [question.uid for question in questions])
    return render_page(request, "surveys/indicator.html", context)


def _over_time(user, row, uids):
    rows = selector.readings(user, selector.of_indicator(row, uids))
    shared = selector.common(rows)
    found = {"readings": rows[::-1], "trend": trend_of(rows), "shared_n": len(shared)}
    if shared:
        found["shared"] = trend_of(selector.readings(user, Q(uid__in=shared)), _("The same questions only"))
    return found


@needs("surveys.publish_questionnaire")
def indicator_create(request):
    form = IndicatorForm(posted(request), initial={"version": 0, "parent": request.GET.get("parent")})
    if form.is_valid():
        return redirect(indicators.create(by=request.user, **form.values()))
    context = {"form": form, "title": _("New dimension or indicator"), "back": "surveys:indicator_list"}
    return render_page(request, "surveys/form.html", context)


@needs("surveys.publish_questionnaire")
def indicator_edit(request, pk):
    row = get_visible_or_404(Indicator, request.user, pk=pk)
    require(request.user, "surveys.edit_indicator", row)
    initial = {name: getattr(row, name) for name in IndicatorForm.NAMES} | {"version": row.version}
    form = IndicatorForm(posted(request), row=row, initial=initial)
    if form.is_valid():
        indicators.edit(row, by=request.user, expected_version=form.cleaned_data["version"], **form.values())
        messages.success(request, _("Saved."))
        return redirect(row)
    return render_page(request, "surveys/form.html", {"form": form, "title": row, "back_url": row.get_absolute_url()})


@needs("surveys.publish_questionnaire")
def indicator_step(request, pk, step):
    row = get_visible_or_404(Indicator, request.user, pk=pk)
    return _step(
        request, row, step, indicators, _("Nothing new is set under it. Results of the past stay on its page.")
    )


def _step(request, row, step, service, said):
    acts = {"retire": (service.retire, ReasonForm, _("Retire"), said),
            "restore": (service.restore, ConfirmForm, _("Use again"), _("It can be chosen again."))}  # fmt: skip
    if step not in acts:
        raise Http404
    act, form_class, label, consequence = acts[step]
    context = {
        "title": f"{label}: {row}", "submit_label": label, "consequences": [consequence], "number": row.code,
        "cancel_url": row.get_absolute_url(),
    }  # fmt: skip
    rule = f"surveys.{step}_{'indicator' if isinstance(row, Indicator) else 'bank_question'}"
    return step_page(request, row, rule=rule, act=act, template="components/confirm.html", context=context,
                     form_class=form_class, reason="reason")  # fmt: skip


# Bank ------------------------------------------------------------------------------------------------


@needs("surveys.see_questionnaires")
def bank_list(request):
    rows = BankQuestion.objects.visible_to(request.user).select_related("indicator__parent").with_wording()
    found = BankFilter(request.GET, rows)
    return list_page(request, "surveys/bank_list.html", found, BankTable, title=_("Question bank"))


@needs("surveys.see_questionnaires")
def bank_question(request, pk):
    """One question: its wordings, who asks it, and its results over every questionnaire."""
    row = get_visible_or_404(BankQuestion, request.user, pk=pk)
    wordings = list(row.wordings.select_related("by").order_by("-no"))
    item = wordings[0].item
    context = {
        "question": row, "wordings": wordings, "choices": item.get("points") or item.get("options"), "uses": selector.uses(row),
        "events": events_of(row), "few": charts.few(),
    }  # fmt: skip
    if row.kind in selector.QuestionKind.scored() and request.user.has_perm("surveys.see_results"):
        rows = selector.readings(request.user, selector.of_question(row))
        context |= {"readings": rows[::-1], "trend": trend_of(rows)}
    return render_page(request, "surveys/bank_question.html", context)


@needs("surveys.design_questionnaire")
def bank_create(request):
    initial = QuestionForm.initial_of({"kind": "rating", "scale": "B", "required": True}) | {"version": 0}
    form = BankQuestionForm(posted(request), initial=initial | {"indicator": request.GET.get("indicator")})
    if form.is_valid():
        data = form.cleaned_data
        made = bank.create(code=data["code"], indicator=data["indicator"], item=form.question(), by=request.user)
        return redirect(made)
    context = {"form": form, "title": _("New question for the bank"), "back": "surveys:bank_list"}
    return render_page(request, "surveys/form.html", context)


@needs("surveys.design_questionnaire")
def bank_edit(request, pk):
    """A new wording, another indicator, or both."""
    row = get_visible_or_404(BankQuestion, request.user, pk=pk)
    require(request.user, "surveys.edit_bank_question", row)
    item = row.wordings.last().item
    initial = QuestionForm.initial_of(item) | {"version": row.version, "indicator": row.indicator_id}
    form = BankQuestionForm(posted(request), row=row, item=item, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        bank.reword(row, item=form.question(), note=data["note"], by=request.user, expected_version=data["version"])
        bank.place(row, indicator=data["indicator"], by=request.user)
        messages.success(request, _("Saved. Questionnaires that exist keep their wording."))
        return redirect(row)
    return render_page(request, "surveys/form.html", {"form": form, "title": row, "back_url": row.get_absolute_url()})


@needs("surveys.design_questionnaire")
def bank_step(request, pk, step):
    row = get_visible_or_404(BankQuestion, request.user, pk=pk)
    return _step(
        request,
        row,
        step,
        bank,
        _("No questionnaire takes it any more. Those that ask it go on, and its results stay."),
    )


@needs("surveys.design_questionnaire")
def take_from_bank(request, pk, section):
    """Questions of the bank for a section of a draft; ``?q=`` and ``?indicator=`` narrow them."""
    row = draft_or_refuse(request, pk)
    part = at(row.definition, section)
    key = request.GET.get("indicator", "")
    chosen = Indicator.objects.filter(pk=key).first() if key.isdecimal() else None
    if not request.GET:
        chosen = Indicator.objects.in_use().filter(code=part.get("code"), parent=None).first()
    words = request.GET.get("q", "").strip()
    form = TakeForm(posted(request), initial={"version": row.version}, offered=selector.addable(row))
    if form.is_valid():
        taken = form.cleaned_data["questions"]
        bank.add_to(row, section, taken, by=request.user, expected_version=form.cleaned_data["version"])
        messages.success(
            request,
            ngettext("%(n)s question taken from the bank.", "%(n)s questions taken from the bank.", len(taken))
            % {"n": len(taken)},
        )
        return redirect("surveys:version_edit", pk)
    context = {
        "version": row, "form": form, "words": words, "chosen": chosen, "title": pick({"t": part.get("title") or {}}, "t"),
        "offered": selector.addable(row, words=words, indicator=chosen)[:OFFERED],
        "indicators": Indicator.objects.in_use().select_related("parent"),
    }  # fmt: skip
    return render_page(request, "surveys/take_from_bank.html", context)


@needs("surveys.design_questionnaire")
def put_into_bank(request, pk, section, question):
    """A question of a questionnaire, with the identity under which it was asked so far."""
    row = get_visible_or_404(QuestionnaireVersion, request.user, pk=pk)
    part = at(row.definition, section)
    item = at(row.definition, section, question)
    if known := BankQuestion.objects.filter(uid=item["uid"] if item.get("uid") else None).first():
        return redirect(known)
    above = Indicator.objects.in_use().filter(code=part.get("code")).first()
    start = {"code": f"{part.get('code', '')}-{item.get('code', '')}"[:30].upper(), "indicator": above}
    form = PutForm(posted(request), initial=start)
    if form.is_valid():
        made = bank.create(
            code=form.cleaned_data["code"], indicator=form.cleaned_data["indicator"], item=item, uid=item["uid"],
            by=request.user,
        )  # fmt: skip
        messages.success(request, _("It is in the bank. Results of every wave that asked it stand on its page."))
        return redirect(made)
    context = {"form": form, "title": _("Put into the bank"), "version": row, "words": item.get("title")}
    return render_page(request, "surveys/put_into_bank.html", context)
