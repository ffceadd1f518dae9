"""Ratings that customers published: the register, one of them, writing one down."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.access import needs
from core.lists import list_page
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page
from surveys.filters import PublishedFilter
from surveys.forms.published import PublishedForm
from surveys.models import PublishedRating
from surveys.services import published as service
from surveys.tables import PublishedTable


@needs("surveys.see_results")
def published_list(request):
    rows = PublishedRating.objects.visible_to(request.user).select_related("customer", "unit", "by")
    found = PublishedFilter(request.GET, rows)
    return list_page(request, "surveys/published_list.html", found, PublishedTable, title=_("Published ratings"))


@needs("surveys.see_results")
def published(request, pk):
    row = get_visible_or_404(PublishedRating, request.user, pk=pk)
    context = {
        "row": row, "can_edit": allows(request.user, "surveys.edit_published", row),
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20],
    }  # fmt: skip
    return render_page(request, "surveys/published.html", context)


@needs("surveys.collect_ratings")
def published_edit(request, pk=None):
    """Write one down, or put it right."""
    row = get_visible_or_404(PublishedRating, request.user, pk=pk) if pk else None
    if row:
        require(request.user, "surveys.edit_published", row)
    initial = PublishedForm.initial_of(row) | {"version": row.version} if row else None
    form = PublishedForm(posted(request), user=request.user, row=row, initial=initial)
    if form.is_valid():
        fields = form.fields_of_rating()
        if row:
            service.edit(row, by=request.user, expected_version=form.cleaned_data.get("version"), **fields)
        else:
            row = service.collect(by=request.user, **fields)
        messages.success(request, _("Done."))
        return redirect(row)
    title = _("Put the rating right") if row else _("Write down a published rating")
    back = row.get_absolute_url() if row else reverse("surveys:published_list")
    context = {"form": form, "title": title, "back_url": back}
    return render_page(request, "surveys/form.html", context, status=422 if form.errors else 200)
