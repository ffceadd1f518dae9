"""What people keep for a list: posted from the list itself, back to the list."""

from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.choices import Role
from accounts.models import SavedView
from accounts.services import lists
from core.access import everyone
from core.forms import PortalForm
from core.permissions import allows, require
from core.views import get_visible_or_404


class ViewForm(PortalForm):
    """``next`` is the address of the list with its filters."""

    page = forms.RegexField(r"[a-z_.]+", max_length=60)
    next = forms.CharField(max_length=2000)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=40)
    role = forms.ChoiceField(label=gettext_lazy("Shared with"), choices=[("", "—"), *Role.choices], required=False)
    opens = forms.BooleanField(label=gettext_lazy("The list opens with it"), required=False)


class ColumnsForm(PortalForm):
    page = forms.RegexField(r"[a-z_.]+", max_length=60)
    columns = forms.CharField(required=False)


def back(request, **changes):
    """The list one came from, with its filters; ``changes`` of its query, None takes one away."""
    wanted = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return redirect("/")
    address = urlsplit(wanted)
    query = QueryDict(address.query, mutable=True)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return redirect(address._replace(query=query.urlencode()).geturl())


@everyone
@require_POST
def view_save(request):
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please give the view a name of at most 40 characters."))
        return back(request)
    given = form.cleaned_data
    if given["role"]:
        require(request.user, "accounts.share_view")
    query = urlsplit(given["next"]).query
    made = lists.save_view(request.user, given["page"], name=given["name"], query=query, role=given["role"])
    if given["opens"]:
        lists.choose(request.user, given["page"], opens_with=made.pk)
    messages.success(request, _("Saved as “%(name)s”.") % {"name": made.name})
    return back(request, saved=made.pk, page=None)


@everyone
@require_POST
def view_delete(request, pk):
    view = get_visible_or_404(SavedView, request.user, pk=pk)
    require(request.user, "accounts.delete_view", view)
    lists.delete_view(view)
    messages.success(request, _("“%(name)s” is no longer kept.") % {"name": view.name})
    return back(request, saved=None, page=None)


@everyone
@require_POST
def view_open_with(request, pk):
    """The list opens with this view from now on; a second time, no longer."""
    view = get_visible_or_404(SavedView, request.user, pk=pk)
    chosen = lists.choices(request.user, view.page).get("opens_with")
    lists.choose(request.user, view.page, opens_with=None if chosen == view.pk else view.pk)
    return back(request)


@everyone
@require_POST
def columns_save(request):
    """Keep the ticked columns; none ticked, or the button for it: as the list comes."""
    form = ColumnsForm(request.POST)
    if form.is_valid():
        chosen = request.POST.getlist("columns") if "reset" not in request.POST else []
        lists.choose(request.user, form.cleaned_data["page"], columns=[name[:60] for name in chosen][:80] or None)
    return back(request, columns=None)


def may_share(user):
    return allows(user, "accounts.share_view")
