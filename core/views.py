"""Short helpers that views are made of, and the few pages that belong to nobody else."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.access import everyone
from core.forms import ConfirmForm
from core.models import Job
from core.permissions import require
from core.search import find


def get_visible_or_404(model, user, *, related=(), **lookup):
    """The row, with its ``related`` ones, if ``visible_to(user)`` holds it; otherwise 404 as if it did not exist."""
    rows = model.objects.visible_to(user)
    try:
        row = (rows.select_related(*related) if related else rows).get(**lookup)
    except (model.DoesNotExist, ValueError):
        raise Http404
    row._seen_by = {user.pk: True}  # rules need not ask again (core.permissions.is_visible)
    return row


def render_page(request, template, context=None, *, partial=None, status=200):
    """Whole page, or only its fragment ``partial`` when HTMX asks for it (same URL, same context)."""
    wants_fragment = partial and getattr(request, "htmx", False) and not request.htmx.boosted
    response = render(request, f"{template}#{partial}" if wants_fragment else template, context or {}, status=status)
    response.headers["Vary"] = ", ".join(filter(None, [response.headers.get("Vary"), "HX-Request"]))
    return response


def posted(request):
    """What a form is bound to: the posted fields, be they none, or None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def step_page(request, obj, *, rule, act, template, context=None, form_class=ConfirmForm, reason="comment", done=None):
    """A step on the row as its page showed it: say what will happen, ask, act, go back to the row.

    The address hands the version over (``?version=``); ``act(obj, by=, expected_version=)`` walks the step, with the
    reason of a ``ReasonForm`` as the argument named ``reason``. Where ``act`` starts a Job, its page follows.
    """
    require(request.user, rule, obj)
    form = form_class(posted(request), version=request.GET.get("version", obj.version))
    if form.is_valid():
        words = {reason: form.cleaned_data["reason"]} if "reason" in form.cleaned_data else {}
        made = act(obj, by=request.user, expected_version=form.cleaned_data["version"], **words)
        if isinstance(made, Job):
            return redirect("core:job_detail", made.pk)
        messages.success(request, done or _("Done."))
        return redirect(obj)
    return render_page(request, template, {"form": form} | (context or {}))


@everyone
def search(request):
    text = request.GET.get("q", "")[:100]
    return render_page(request, "core/search.html", {"text": text, "hits": find(request.user, text)}, partial="hits")
