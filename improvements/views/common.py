"""Who reaches the pages of improvement, and the one page on which a step is taken."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.access import needs
from core.permissions import require
from core.views import posted, render_page

sees = needs("improvements.see_all", "improvements.see_unit", "improvements.see_figures")


@dataclass(frozen=True)
class Act:
    """A step as its page shows it: the rule that allows it, the service that takes it, its form and its words."""

    rule: str
    service: Callable
    form: type
    title: str
    label: str
    consequences: tuple = ()
    is_dangerous: bool = False
    is_versioned: bool = True


def take_step(request, row, acts, step, *, number, back=None):
    """Show or take the step of ``acts`` named ``step`` on ``row``; ``back`` (default: the row) is where it began."""
    act = acts.get(step)
    if act is None:
        raise Http404
    require(request.user, act.rule, row)
    form = act.form(posted(request), request.FILES or None, version=row.version if act.is_versioned else None)
    if form.is_valid():
        act.service(row, by=request.user, **version_of(form))
        messages.success(request, _("Done."))
        return redirect(back or row)
    context = {
        "form": form, "title": act.title, "submit_label": act.label, "number": number, "state": row.state_badge,
        "consequences": act.consequences, "danger": act.is_dangerous, "cancel_url": (back or row).get_absolute_url(),
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)


def version_of(form):
    """What a service takes from a StepForm: its fields, the version as ``expected_version``."""
    values = dict(form.cleaned_data)
    if "version" in values:
        values["expected_version"] = values.pop("version")
    return values
