"""People, the organisation, roles on one page, and the supervision group."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import selectors
from accounts.choices import Role
from accounts.forms import MembershipForm, NewUserForm, ProfileForm, SupervisorForm, UnitForm, UserForm
from accounts.models import Membership, OrgUnit, SupervisionMembership, User
from accounts.roles import GRANTS, is_write
from accounts.services import people, units
from accounts.tables import UnitTable, UserFilter, UserTable
from core.access import everyone, needs
from core.forms import ReasonForm
from core.permissions import require
from core.tables import listing
from core.views import get_visible_or_404, posted, render_page


@needs("accounts.see_people")
def user_list(request):
    rows = User.objects.visible_to(request.user).prefetch_related("groups", "memberships__unit").distinct()
    return render_page(
        request, "accounts/user_list.html", listing(request, UserFilter(request.GET, rows), UserTable), partial="rows"
    )


@needs("accounts.see_people")
def user_detail(request, pk):
    person = get_visible_or_404(User, request.user, pk=pk)
    context = {
        "person": person, "roles": selectors.roles_of(person),
        "memberships": person.memberships.select_related("unit"), "events": selectors.history(person),
    }  # fmt: skip
    return render_page(request, "accounts/user_detail.html", context)


@needs("accounts.manage_people")
def user_create(request):
    form = NewUserForm(posted(request))
    if form.is_valid():
        data = form.values()
        phone = data.pop("phone")
        person = people.create(by=request.user, roles=form.cleaned_data["roles"], unit=form.cleaned_data["unit"],
                               is_head=form.cleaned_data["is_head"], **data)  # fmt: skip
        people.edit(person, by=request.user, phone=phone)
        messages.success(request, _("%(name)s can now set a password through “Forgot password”.") % {"name": person})
        return redirect("accounts:user_detail", person.pk)
    return render_page(request, "accounts/form.html", {"form": form, "title": _("New person")})


@needs("accounts.manage_people")
def user_edit(request, pk):
    person = get_visible_or_404(User, request.user, pk=pk)
    require(request.user, "accounts.manage")
    form = UserForm(posted(request), instance=User.objects.get(pk=pk))
    if form.is_valid():
        roles = form.cleaned_data["roles"] + [
            r for r in person.groups.values_list("name", flat=True) if r == Role.SUPERVISOR
        ]
        people.edit(person, by=request.user, roles=roles, **form.values())
        messages.success(request, _("Saved."))
        return redirect("accounts:user_detail", pk)
    return render_page(request, "accounts/form.html", {"form": form, "title": person, "back": person})


@needs("accounts.manage_people")
def user_disable(request, pk):
    person = get_visible_or_404(User, request.user, pk=pk)
    require(request.user, "accounts.disable", person)
    form = ReasonForm(posted(request))
    if form.is_valid():
        act = people.disable if person.is_active else people.enable
        act(person, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("Saved."))
        return redirect("accounts:user_detail", pk)
    return render_page(request, "accounts/user_disable.html", {"form": form, "person": person})


@needs("accounts.manage_people")
def membership_create(request, pk):
    person = get_visible_or_404(User, request.user, pk=pk)
    form = MembershipForm(posted(request), user=person)
    if form.is_valid():
        people.join(person, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:user_detail", pk)
    return render_page(
        request, "accounts/form.html", {"form": form, "title": _("New membership of %(name)s") % {"name": person}}
    )


@require_POST
@needs("accounts.manage_people")
def membership_end(request, pk):
    membership = get_object_or_404(Membership, pk=pk, until__isnull=True)
    people.leave(membership, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("accounts:user_detail", membership.user_id)


@needs("accounts.see_people")
def unit_list(request):
    return render_page(
        request, "accounts/unit_list.html", {"table": UnitTable(selectors.units_with_people(), request=request)}
    )


@needs("accounts.see_people")
def unit_detail(request, pk):
    unit = get_object_or_404(OrgUnit.objects.select_related("parent"), pk=pk)
    context = {
        "unit": unit,
        "members": unit.memberships.current().select_related("user", "user__post"),
        "events": selectors.history(unit),
    }
    return render_page(request, "accounts/unit_detail.html", context)


@needs("accounts.manage_people")
def unit_create(request):
    form = UnitForm(posted(request))
    if form.is_valid():
        data = {n: v for n, v in form.cleaned_data.items() if n != "is_active"}
        return redirect("accounts:unit_detail", units.create(by=request.user, **data).pk)
    return render_page(request, "accounts/form.html", {"form": form, "title": _("New unit")})


@needs("accounts.manage_people")
def unit_edit(request, pk):
    unit = get_object_or_404(OrgUnit, pk=pk)
    form = UnitForm(posted(request), instance=OrgUnit.objects.get(pk=pk))
    if form.is_valid():
        units.edit(unit, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:unit_detail", pk)
    return render_page(request, "accounts/form.html", {"form": form, "title": unit})


@needs("accounts.see_people")
def role_matrix(request):
    """Role × capability, as accounts.roles says it."""
    return render_page(
        request,
        "accounts/role_matrix.html",
        {"roles": list(Role), "groups": selectors.capability_matrix(GRANTS, is_write)},
    )


@needs("accounts.see_supervision")
def supervision(request):
    rows = SupervisionMembership.objects.select_related("user", "named_by").order_by("until", "-since")
    return render_page(request, "accounts/supervision.html", {"rows": rows})


@needs("accounts.name_supervisors")
def supervisor_name(request):
    require(request.user, "accounts.name_supervisor")
    form = SupervisorForm(posted(request))
    if form.is_valid():
        people.name_supervisor(form.cleaned_data["user"], by=request.user, since=form.cleaned_data["since"])
        messages.success(request, _("Saved."))
        return redirect("accounts:supervision")
    return render_page(
        request, "accounts/form.html", {"form": form, "title": _("Name a member of the supervision group")}
    )


@needs("accounts.name_supervisors")
def supervisor_release(request, pk):
    require(request.user, "accounts.name_supervisor")
    row = get_object_or_404(SupervisionMembership.objects.select_related("user"), pk=pk, until__isnull=True)
    form = ReasonForm(posted(request))
    if form.is_valid():
        people.release_supervisor(row.user, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:supervision")
    title = _("%(name)s leaves the supervision group") % {"name": row.user}
    return render_page(request, "accounts/form.html", {"form": form, "title": title})


@everyone
def profile(request):
    form = ProfileForm(posted(request), instance=User.objects.get(pk=request.user.pk))
    if form.is_valid():
        people.edit(request.user, by=request.user, **form.cleaned_data)
        request.profile_to_browser = {"language": request.user.language, "theme": request.user.theme}
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    return render_page(request, "accounts/profile.html", {"form": form, "roles": selectors.roles_of(request.user)})
