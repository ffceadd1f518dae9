"""Schemes: list, editor, approval."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from appraisal.filters import SchemeFilter
from appraisal.forms.schemes import NewSchemeForm, SchemeForm
from appraisal.models import SchemeVersion
from appraisal.services import schemes as service
from appraisal.tables import SchemeTable
from core.access import needs
from core.forms import ConfirmForm, ReasonForm
from core.lists import list_page
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page, step_page

RULES = {"edit": "edit_scheme", "submit": "submit_scheme", "approve": "approve_scheme", "renew": "renew_scheme"}


@needs("appraisal.see_all")
def scheme_list(request):
    rows = SchemeVersion.objects.visible_to(request.user).select_related("scheme", "author", "approved_by")
    found = SchemeFilter(request.GET, rows, request=request)
    return list_page(request, "appraisal/scheme_list.html", found, SchemeTable, title=_("Appraisal schemes"))


@needs("appraisal.manage_scheme")
def scheme_create(request):
    form = NewSchemeForm(posted(request))
    if form.is_valid():
        made = service.create(by=request.user, **form.cleaned_data)
        messages.success(request, _("The draft holds the usual weights. Change what is different for you."))
        return redirect("appraisal:scheme_edit", made.pk)
    context = {
        "form": form,
        "title": _("New scheme"),
        "back": "appraisal:scheme_list",
        "submit_label": _("Begin the draft"),
    }
    return render_page(request, "appraisal/form.html", context)


@needs("appraisal.see_all")
def scheme(request, pk):
    row = get_visible_or_404(SchemeVersion, request.user, pk=pk)
    context = {
        "version": row,
        "shown": SchemeForm(draft=row),
        "may": {name: allows(request.user, f"appraisal.{rule}", row) for name, rule in RULES.items()},
        "others": row.scheme.versions.exclude(pk=row.pk),
        "events": row.transitions.order_by("-pk")[:30],
    }
    return render_page(request, "appraisal/scheme.html", context)


@needs("appraisal.manage_scheme")
def scheme_edit(request, pk):
    row = get_visible_or_404(SchemeVersion, request.user, pk=pk)
    require(request.user, "appraisal.edit_scheme", row)
    form = SchemeForm(posted(request), draft=row, version=row.version)
    if form.is_valid():
        service.save(row, by=request.user, expected_version=form.cleaned_data["version"], **form.values())
        messages.success(request, _("Saved."))
        return redirect(row)
    return render_page(request, "appraisal/scheme_edit.html", {"version": row, "form": form})


STEPS = {
    "submit": ("submit_scheme", service.submit, ConfirmForm, _("Hand in for approval"),
               [_("Management looks at it; until it decides nothing of it can be changed.")]),
    "approve": ("approve_scheme", service.approve, ConfirmForm, _("Approve the scheme"),
                [_("Cycles can use it from now on."), _("Nothing of it can be changed any more, only followed by a new version.")]),
    "send-back": ("return_scheme", service.send_back, ReasonForm, _("Send back"), [_("It becomes a draft again.")]),
    "renew": ("renew_scheme", service.renew, ConfirmForm, _("Draw up the next version"),
              [_("A draft equal to this version; cycles that use this one keep it.")]),
}  # fmt: skip


@needs("appraisal.manage_scheme", "appraisal.approve_scheme")
def scheme_step(request, pk, step):
    row = get_visible_or_404(SchemeVersion, request.user, pk=pk)
    if step not in STEPS:
        raise Http404
    rule, act, form_class, title, consequences = STEPS[step]
    context = {"title": title, "submit_label": title, "consequences": consequences, "cancel_url": row.get_absolute_url(),
               "state": row.state_badge, "number": str(row)}  # fmt: skip
    return step_page(
        request, row, rule=f"appraisal.{rule}", act=act, template="components/confirm.html", context=context,
        form_class=form_class, reason="reason",
    )  # fmt: skip
