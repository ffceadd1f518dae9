"""A step as its page shows it, as data, and the one page on which such steps are taken."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.permissions import require
from core.views import posted, render_page
from core.workflow import InvalidTransition, LostRace


@dataclass(frozen=True)
class Act:
    """The rule that allows a step, the service that takes it, its form (a StepForm or what makes one) and its words.

    ``service(row, by=, **form.values())`` walks it; ``consequences`` are the sentences that say what will happen.
    """

    rule: str
    service: Callable
    form: Callable
    title: str
    label: str
    consequences: tuple = ()
    is_versioned: bool = True
    is_dangerous: bool = False


def act_page(
    request, row, act, *, number, template="components/confirm.html", context=None, leads_to=None, **form_options
):
    """Show or take ``act`` on ``row``, then go where ``leads_to()`` says, by default back to the row. What the service refuses
    stands above the form with everything that was typed; a lost race has a page of its own (core.middleware).
    """
    require(request.user, act.rule, row)
    version = row.version if act.is_versioned else None
    form = act.form(posted(request), request.FILES or None, version=version, **form_options)
    if form.is_valid() and _taken(request, row, act, form):
        messages.success(request, _("Done."))
        return redirect(leads_to() if leads_to else row)
    shown = {
        "form": form, "title": act.title, "submit_label": act.label, "number": number, "state": row.state_badge,
        "consequences": act.consequences, "danger": act.is_dangerous, "cancel_url": row.get_absolute_url(),
    }  # fmt: skip
    return render_page(request, template, shown | (context or {}))


def _taken(request, row, act, form):
    try:
        act.service(row, by=request.user, **form.values())
    except LostRace:
        raise
    except InvalidTransition as refused:
        form.add_error(None, str(refused))
        row.refresh_from_db()  # the service may have changed it in memory before it refused
        return False
    return True
