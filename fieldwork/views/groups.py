"""Focus groups and staff symposia: topic, whom to invite, what they answered, who was taken off again (FGD-01, 02, 04)."""

from django.contrib import messages
from django.http import Http404, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.lists import list_page
from core.permissions import require
from core.views import posted, render_page
from customers.models import ContactPerson
from fieldwork.choices import MeetingKind
from fieldwork.filters import GroupFilter
from fieldwork.forms.meetings import GroupForm, InvitedSearch, InviteForm, RepliesForm
from fieldwork.services import meetings as service
from fieldwork.tables import GroupTable
from fieldwork.views.meetings import books, listed, may_book, seen, sees

MOST = 60  # people to choose from at once


@sees
def group_list(request):
    asked = request.GET or QueryDict("")
    found = GroupFilter(asked, listed(request.user).groups(), request=request)
    return list_page(
        request, "fieldwork/group_list.html", found, GroupTable, title=_("Focus groups"), may_book=may_book(request)
    )


@books
def group_create(request):
    form = GroupForm(posted(request), user=request.user)
    if form.is_valid():
        made = service.book(by=request.user, **form.cleaned_data)
        messages.success(request, _("Stored. Now choose whom to invite."))
        return redirect("fieldwork:meeting_invite", made.pk)
    context = {"form": form, "title": _("New focus group or symposium"), "sub": "", "back": reverse("fieldwork:group_list"),
               "submit": _("Go on")}  # fmt: skip
    return render_page(request, "fieldwork/meeting_form.html", context, status=422 if form.errors else 200)


@books
def meeting_invite(request, pk):
    """Choose among contact persons by industry, tier or customer, or among our own people; chosen ones are invited at once."""
    row = seen(request, pk)
    require(request.user, "fieldwork.change_meeting", row)
    search = InvitedSearch(request.GET or None)
    found = search.rows(request.user, row)
    found = found.filter(customer=row.customer) if row.is_visit else found
    keys = list(found.values_list("pk", flat=True)[: MOST + 1])
    shown = (
        ContactPerson.objects.filter(pk__in=keys[:MOST]).select_related("customer").order_by("customer__name_key", "pk")
    )
    form = InviteForm(posted(request), meeting=row, contacts=shown)
    if form.is_valid():
        data = form.cleaned_data
        ours = {"guests" if row.kind == MeetingKind.SYMPOSIUM else "hosts": data["users"]}
        made = service.invite(row, by=request.user, contacts=data.get("contacts") or (), **ours)
        messages.success(request, _("%(n)s invited by mail.") % {"n": len(made)})
        return redirect(row)
    context = {"meeting": row, "form": form, "search": search, "is_cut": len(keys) > MOST}
    return render_page(request, "fieldwork/meeting_invite.html", context, status=422 if form.errors else 200)


@books
def meeting_replies(request, pk):
    """What the invited answered, typed in by us."""
    row = seen(request, pk)
    require(request.user, "fieldwork.change_meeting", row)
    people = service.present(row)
    form = RepliesForm(posted(request), people=people)
    if form.is_valid():
        by_key = {one.pk: one for one in people}
        for key, answer in form.replies():
            by_key[key].meeting = row
            service.reply(by_key[key], by=request.user, answer=answer)
        messages.success(request, _("Saved."))
        return redirect(row)
    context = {"form": form, "title": _("What was answered"), "sub": row.name, "back": row.get_absolute_url(),
               "submit": _("Save"), "number": row.number}  # fmt: skip
    return render_page(request, "fieldwork/meeting_form.html", context, status=422 if form.errors else 200)


@require_POST
@books
def person_withdraw(request, pk, person_pk):
    row = seen(request, pk)
    require(request.user, "fieldwork.change_meeting", row)
    person = next((one for one in service.present(row) if one.pk == person_pk and one.user_id != row.lead_id), None)
    if person is None:
        raise Http404
    person.meeting = row
    service.withdraw(person, by=request.user)
    messages.success(request, _("Taken off; the calendar entry is called back by mail."))
    return redirect(row)
