"""Pages beside the record: the process on one page, lists, reply templates, the letter."""

import re

import rules
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.roles import GRANTS
from complaints import papers
from complaints.choices import CodeList, Kind
from complaints.forms.work import CodeForm, TemplateForm
from complaints.models import Complaint, Reply, ReplyTemplate
from complaints.selectors import code_lists as lists
from complaints.services import code_lists, reply_templates
from complaints.views.acts import ACTS
from complaints.views.common import sees
from complaints.workflows import TABLES
from core.access import needs
from core.forms import ReasonForm
from core.permissions import OTHERWISE
from core.views import get_visible_or_404, posted, render_page

edits = needs("complaints.assess")
CAPABILITY = re.compile(r"capability:([\w.]+)")


# The process --------------------------------------------------------------------------------------------


@sees
def process(request):
    """Every step of every kind: from where, to where, who, under which condition, with what effect."""
    chosen = request.GET.get("kind")
    kind = Kind(chosen) if chosen in Kind.values else Kind.COMPLAINT
    labels = {act.service: act.label for act in ACTS.values()}
    rows = [_edge(state, to, step, labels) for state, steps in TABLES[kind].items() for to, step in steps.items()]
    tabs = [{"label": one.label, "url": f"?kind={one.value}", "active": one == kind} for one in Kind]
    return render_page(request, "complaints/process.html", {"rows": rows, "tabs": tabs, "kind": kind})


def _edge(state, to, step, labels):
    name = next((label for service, label in labels.items() if _is(service, step.service)), step.act)
    guards = [
        OTHERWISE.get(step.rule, "") if step.rule else "",
        step.note,
        _("A reason is owed.") if step.needs_reason else "",
    ]
    return {"state": state, "to": to, "name": name, "who": roles_of(step.rule), "guards": [one for one in guards if one],
            "effect": step.effect}  # fmt: skip


def _is(service, dotted):
    return f"{service.__module__.rpartition('.')[2]}.{service.__name__}" == dotted


def roles_of(rule):
    """Labels of the roles to which the page of roles grants what the rule asks for; the clock where there is no rule."""
    if rule is None:
        return [_("the clock")]
    wanted = set(CAPABILITY.findall(rules.permissions.permissions[rule].name))
    return [role.label for role in Role if wanted & set(GRANTS[role])]


# Lists --------------------------------------------------------------------------------------------------


@edits
def code_list_page(request):
    """Types, causes and laws: what can be chosen, what was retired; a new entry of the chosen list."""
    chosen = request.GET.get("list")
    code_list = CodeList(chosen) if chosen in CodeList.values else CodeList.CATEGORY
    form = CodeForm(posted(request))
    if form.is_valid():
        code_lists.add(code_list, by=request.user, **form.cleaned_data)
        messages.success(request, _("Added."))
        return redirect(f"{request.path}?list={code_list.value}")
    tabs = [{"label": one.label, "url": f"?list={one.value}", "active": one == code_list} for one in CodeList]
    context = {"lines": lists.lines(code_list), "form": form, "tabs": tabs, "list": code_list}
    return render_page(request, "complaints/code_lists.html", context)


@edits
def code_change(request, code_list, code):
    """Retire an entry, or offer a retired one again."""
    found = [line for line in lists.lines(code_list) if line.code == code] if code_list in CodeList.values else []
    if not found:
        raise Http404
    line, form = found[0], ReasonForm(posted(request))
    if form.is_valid():
        change = code_lists.restore if line.is_retired else code_lists.retire
        change(code_list, code, by=request.user, comment=form.cleaned_data["reason"])
        messages.success(request, _("Done."))
        return redirect(f"{_lists_url()}?list={code_list}")
    verb = _("Offer it again") if line.is_retired else _("Retire it")
    told = (
        _("It can be chosen again.")
        if line.is_retired
        else _("It can no longer be chosen; records that have it keep it.")
    )
    context = {"form": form, "title": f"{verb}: {line.name}", "submit_label": verb, "consequences": [told],
               "cancel_url": f"{_lists_url()}?list={code_list}"}  # fmt: skip
    return render_page(request, "components/confirm.html", context)


def _lists_url():
    return reverse("complaints:code_lists")


# Reply templates ----------------------------------------------------------------------------------------


@edits
def template_list(request):
    return render_page(
        request, "complaints/reply_templates.html", {"rows": ReplyTemplate.objects.order_by("retired_at", "id")}
    )


@edits
def template_edit(request, pk=None):
    row = get_object_or_404(ReplyTemplate, pk=pk, retired_at=None) if pk else None
    form = TemplateForm(posted(request), instance=row)
    if form.is_valid():
        if row is None:
            reply_templates.create(by=request.user, **form.values())
        else:
            seen = form.cleaned_data["version"]
            reply_templates.edit(
                ReplyTemplate.objects.get(pk=pk), by=request.user, expected_version=seen, **form.values()
            )
        messages.success(request, _("Stored."))
        return redirect("complaints:reply_templates")
    return render_page(request, "complaints/reply_template.html", {"form": form, "row": row})


@edits
def template_retire(request, pk):
    row = get_object_or_404(ReplyTemplate, pk=pk, retired_at=None)
    if request.method == "POST":
        reply_templates.retire(row, by=request.user)
        messages.success(request, _("Done."))
    return redirect("complaints:reply_templates")


# The letter ---------------------------------------------------------------------------------------------


@sees
def letter(request, pk, n):
    """The approved reply of cycle ``n`` as a written report."""
    complaint = get_visible_or_404(Complaint, request.user, pk=pk)
    reply = get_object_or_404(Reply, cycle__complaint=complaint, cycle__n=n, approved_at__isnull=False)
    name, content = papers.letter(complaint, reply)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer
