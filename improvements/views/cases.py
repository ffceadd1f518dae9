"""Cases: what is to be put right, and what each began with."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from complaints.models import Cluster, Complaint
from core.access import needs
from core.acts import Act
from core.forms import ReasonForm
from core.lists import list_page
from core.panels import panels
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page
from fieldwork.models import MeetingPoint
from improvements.filters import CaseFilter
from improvements.forms.cases import CaseForm, CloseCaseForm
from improvements.models import ImprovementCase, Observation
from improvements.selectors import lists
from improvements.services import cases as service
from improvements.tables import CaseTable
from improvements.views.common import sees, take_step
from surveys.models import Finding
from surveys.selectors import opinions

MAY = ("accept", "dismiss", "edit", "close", "reopen")
BEGINNINGS = {"finding": Finding, "complaint": Complaint, "observation": Observation, "point": MeetingPoint,
              "cluster": Cluster}  # fmt: skip


@sees
def case_list(request):
    found = CaseFilter(request.GET, lists.cases(request.user), request=request)
    return list_page(request, "improvements/case_list.html", found, CaseTable, title=_("Improvement cases"))


@sees
def case(request, pk):
    row = get_visible_or_404(ImprovementCase, request.user, pk=pk)
    context = {
        "case": row,
        "measures": lists.measures(request.user).filter(case=row).order_by("no"),
        "origin_url": origin_url(request.user, row),
        "may": {act: allows(request.user, f"improvements.{act}_case", row) for act in MAY},
        "may_plan": allows(request.user, "improvements.plan_measure", row),
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:30],
        "panels": panels("improvements.case", request, row),
        "suggestions": opinions.suggestions_for(row.finding) if row.finding_id else (),
    }
    return render_page(request, "improvements/case.html", context)


def origin_url(user, row):
    """Where the case began, for who may look there."""
    begun = row.origin
    if not type(begun).objects.visible_to(user).filter(pk=begun.pk).exists():
        return ""
    return begun.get_absolute_url()


@needs("improvements.open_case")
def case_create(request):
    """``?finding=``, ``?complaint=`` or ``?observation=`` says what the case begins with."""
    name, begun = _beginning(request)
    existing = ImprovementCase.objects.visible_to(request.user).filter(**{name: begun}).first()
    if existing:
        return redirect(existing)
    draft = ImprovementCase(
        **{name: begun}, unit=begun.unit, title=getattr(begun, "title", ""), problem=_words_of(begun)
    )
    form = CaseForm(posted(request), initial=CaseForm.initial_of(draft))
    if form.is_valid():
        made = service.open_case(by=request.user, **{name: begun}, **form.cleaned_data)
        messages.success(request, _("The case is open. Plan its first measure."))
        return redirect(made)
    return _form_page(request, form, _("Open an improvement case"), begun.get_absolute_url(), _("Open the case"))


def _beginning(request):
    given = [(name, request.GET[name]) for name in BEGINNINGS if request.GET.get(name, "").isdecimal()]
    if len(given) != 1:
        raise Http404
    ((name, key),) = given
    return name, get_visible_or_404(BEGINNINGS[name], request.user, pk=key)


def _words_of(begun):
    return next((text for text in (getattr(begun, name, "") for name in ("note", "text")) if text), "")


@sees
def case_accept(request, pk):
    row = get_visible_or_404(ImprovementCase, request.user, pk=pk)
    require(request.user, "improvements.accept_case", row)
    form = CaseForm(posted(request), version=row.version, initial=CaseForm.initial_of(row))
    if form.is_valid():
        service.accept(row, by=request.user, **form.values())
        messages.success(request, _("The case is open. Plan its first measure."))
        return redirect(row)
    return _form_page(request, form, _("Take up the case"), row.get_absolute_url(), _("Open the case"))


@sees
def case_edit(request, pk):
    row = get_visible_or_404(ImprovementCase, request.user, pk=pk)
    require(request.user, "improvements.edit_case", row)
    form = CaseForm(posted(request), version=row.version, initial=CaseForm.initial_of(row))
    if form.is_valid():
        service.edit(row, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(row)
    return _form_page(request, form, row.name, row.get_absolute_url(), _("Save"))


def _form_page(request, form, title, back, submit_label):
    context = {"form": form, "title": title, "back": back, "submit_label": submit_label}
    return render_page(request, "improvements/case_form.html", context)


ACTS = {
    "dismiss": Act(
        "improvements.dismiss_case", service.dismiss, ReasonForm, _("Dismiss the case"), _("Dismiss"),
        (_("Nothing is put right because of it; the reason stays readable."),),
    ),
    "close": Act(
        "improvements.close_case", service.close, CloseCaseForm, _("Close the case"), _("Close the case"),
        (_("No more measures are planned for it."), _("If the problem comes again, the case is opened again.")),
    ),
    "reopen": Act(
        "improvements.reopen_case", service.reopen, ReasonForm, _("Open the case again"), _("Open again"),
    ),
}  # fmt: skip


@sees
def case_step(request, pk, step):
    row = get_visible_or_404(ImprovementCase, request.user, pk=pk)
    return take_step(request, row, ACTS, step, number=row.number)
