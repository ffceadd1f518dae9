"""Short helpers that views are made of, and the few pages that belong to nobody else."""

from django.http import Http404
from django.shortcuts import render

from core.access import everyone
from core.search import find


def get_visible_or_404(model, user, **lookup):
    """The row, if ``visible_to(user)`` holds it; otherwise 404 as if it did not exist."""
    try:
        row = model.objects.visible_to(user).get(**lookup)
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


@everyone
def search(request):
    text = request.GET.get("q", "")[:100]
    return render_page(request, "core/search.html", {"text": text, "hits": find(request.user, text)}, partial="hits")
