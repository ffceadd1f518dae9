"""The case library: what is shared, writing, confirming; and case meetings."""

from django.contrib import messages
from django.db.models import Count
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import anonymise
from complaints.choices import EditionState, LibraryKind, State
from complaints.forms.library import ConfirmEditionForm, EntryForm, MeetingForm
from complaints.library_lists import LibraryFilter, LibraryTable, MeetingFilter, MeetingTable, entries
from complaints.models import CaseMeeting, Cluster, Complaint, LibraryEntry
from complaints.names import category_name
from complaints.services import library as service
from complaints.services import meetings
from core.access import needs
from core.acts import Act, act_page
from core.forms import ConfirmForm, ReasonForm
from core.lists import list_page
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page

reads = needs("complaints.see_library")
writes = needs("complaints.write_library")
learns = needs("complaints.learn")
PARTS = (("background", gettext_lazy("Background")), ("process", gettext_lazy("Process")), ("solution", gettext_lazy("Solution")),
         ("feedback", gettext_lazy("The customer's feedback")), ("lesson", gettext_lazy("Lesson")))  # fmt: skip


@reads
def library(request):
    found = LibraryFilter(request.GET, entries(request.user), request=request)
    chosen = request.GET.get("view") or "shared"
    tabs = [
        {"label": label, "url": f"?view={name}", "active": chosen == name}
        for name, label in found.filters["view"].extra["choices"]
    ]
    return list_page(
        request, "complaints/library.html", found, LibraryTable, title=_("Case library"), tabs=tabs,
        may_write=request.user.has_perm("complaints.write_library"),
    )  # fmt: skip


@reads
def library_entry(request, pk):
    """An entry as shared; who writes or confirms also sees what is unfinished, with every mark highlighted."""
    entry = get_visible_or_404(LibraryEntry, request.user, pk=pk)
    user, editions = request.user, list(entry.editions.select_related("prepared_by", "confirmed_by").order_by("-no"))
    draft = next((one for one in editions if one.state in EditionState.unfinished()), None)
    sees_draft = draft and (user.has_perm("complaints.confirm_library") or draft.prepared_by_id == user.pk)
    done = [one for one in editions if one.state not in EditionState.unfinished()]
    asked = request.GET.get("edition", "")
    row = next((one for one in editions if str(one.no) == asked and (one in done or sees_draft)), None)
    row = (
        row
        or (draft if sees_draft else None)
        or next((one for one in done if one.state == EditionState.SHARED), None)
        or done[0]
    )
    context = {
        "entry": entry, "row": row, "editions": done + ([draft] if sees_draft else []), "category": category_name(entry.category),
        "parts": [(label, anonymise.highlighted(getattr(row, name))) for name, label in PARTS if getattr(row, name)],
        "masked": [(anonymise.WORDS[kind], n) for kind, n in sorted(row.masked.items()) if kind in anonymise.WORDS],
        "suspects": _suspects(row) if row.state in EditionState.unfinished() else [],
        "may": {name: allows(user, f"complaints.{name}_edition", row) for name in ("edit", "hand_in", "confirm", "send_back", "retire")},
        "may_revise": allows(user, "complaints.revise_entry", entry) and draft is None,
        "origin": _origin(user, entry), "events": row.transitions.select_related("by", "on_behalf_of"),
        "meetings": entry.meetings.order_by("-held_on"),
    }  # fmt: skip
    return render_page(request, "complaints/library_entry.html", context)


def _suspects(row):
    return sorted(
        {word for name, _label in PARTS for word in anonymise.suspects(getattr(row, name))}
        | set(anonymise.suspects(row.title))
    )


def _origin(user, entry):
    """The record it was made from, for who may open it."""
    if not entry.complaint_id:
        return None
    return Complaint.objects.visible_to(user).filter(pk=entry.complaint_id).first()


@writes
def library_create(request):
    """``?complaint=`` or ``?cluster=`` says what the entry is made from."""
    complaint, cluster = _beginnings(request)
    start, masked = {"kind": LibraryKind.CASE}, {}
    if complaint:
        start, masked = service.from_record(complaint)
        start["kind"] = LibraryKind.CASE
    elif cluster:
        start = {
            "kind": LibraryKind.PROCEDURE, "title": cluster.title, "category": cluster.category, "background": cluster.note,
            "units": [cluster.unit],
        }  # fmt: skip
    form = EntryForm(posted(request), initial=start)
    if form.is_valid():
        entry = service.write(by=request.user, complaint=complaint, cluster=cluster, **form.values())
        messages.success(
            request, _("Saved as a draft. What looked personal was taken out: read it once more, then hand it in.")
        )
        return redirect(entry)
    return render_page(
        request, "complaints/library_form.html",
        {"form": form, "title": _("New entry of the library"), "masked": [(anonymise.WORDS[kind], n) for kind, n in masked.items()],
         "origin": complaint, "back": complaint.get_absolute_url() if complaint else ""},
    )  # fmt: skip


def _beginnings(request):
    complaint = cluster = None
    if request.GET.get("complaint", "").isdecimal():
        complaint = get_visible_or_404(Complaint, request.user, pk=request.GET["complaint"])
        if complaint.state != State.CLOSED:
            raise Http404
    if request.GET.get("cluster", "").isdecimal():
        cluster = get_visible_or_404(Cluster, request.user, pk=request.GET["cluster"])
    return complaint, cluster


@writes
def library_edit(request, pk):
    entry = get_visible_or_404(LibraryEntry, request.user, pk=pk)
    require(request.user, "complaints.revise_entry", entry)
    newest = entry.editions.order_by("-no").first()
    unfinished = newest.state in EditionState.unfinished()
    if unfinished:
        require(request.user, "complaints.edit_edition", newest)
    form = EntryForm(
        posted(request),
        version=newest.version if unfinished else entry.version,
        initial=EntryForm.initial_of(entry, newest),
    )
    if form.is_valid():
        service.revise(entry, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(entry)
    return render_page(
        request, "complaints/library_form.html",
        {"form": form, "title": _("Revise %(number)s") % {"number": entry.number}, "back": entry.get_absolute_url()},
    )  # fmt: skip


ACTS = {
    "hand-in": Act(
        "complaints.hand_in_edition", service.hand_in, ConfirmForm, gettext_lazy("Hand in for confirmation"), gettext_lazy("Hand in"),
        (gettext_lazy("Somebody else reads it and confirms that nothing personal remains."),),
    ),
    "confirm": Act(
        "complaints.confirm_edition", service.confirm, ConfirmEditionForm, gettext_lazy("Share the entry"), gettext_lazy("Share it"),
        (gettext_lazy("Everybody who reads the library sees it; the edition before is replaced."),
         gettext_lazy("The shared words do not change any more; a later edition can replace them.")),
    ),
    "send-back": Act(
        "complaints.send_back_edition", service.send_back, ReasonForm, gettext_lazy("Send the draft back"), gettext_lazy("Send back"),
    ),
    "retire": Act(
        "complaints.retire_edition", service.retire, ReasonForm, gettext_lazy("Take the entry out"), gettext_lazy("Take out"),
        (gettext_lazy("It leaves the list of the library and stays readable under its number."),), is_dangerous=True,
    ),
}  # fmt: skip


@writes
def library_step(request, pk, step):
    entry = get_visible_or_404(LibraryEntry, request.user, pk=pk)
    act = ACTS.get(step)
    row = entry.editions.exclude(state=EditionState.REPLACED).order_by("-no").first()
    if step == "retire":
        row = entry.editions.filter(state=EditionState.SHARED).first()
    if act is None or row is None:
        raise Http404
    return act_page(request, row, act, number=entry.number)


# Meetings --------------------------------------------------------------------------------------------


@reads
def meeting_list(request):
    rows = CaseMeeting.objects.visible_to(request.user)
    rows = rows.annotate(people=Count("attendees", distinct=True), cases=Count("entries", distinct=True))
    found = MeetingFilter(request.GET, rows, request=request)
    return list_page(
        request, "complaints/meetings.html", found, MeetingTable, title=_("Case meetings"),
        may_call=request.user.has_perm("complaints.learn"),
    )  # fmt: skip


@reads
def meeting(request, pk):
    row = get_visible_or_404(CaseMeeting, request.user, pk=pk)
    context = {
        "meeting": row, "may_edit": allows(request.user, "complaints.edit_meeting", row),
        "people": row.attendees.order_by("name_key"), "events": row.transitions.select_related("by", "on_behalf_of"),
        "entries": entries(request.user).filter(meetings=row),
    }  # fmt: skip
    return render_page(request, "complaints/meeting.html", context)


@learns
def meeting_create(request):
    form = MeetingForm(posted(request), user=request.user)
    if form.is_valid():
        return redirect(meetings.call(by=request.user, **form.values()))
    return _meeting_form(request, form, _("New case meeting"), "")


@learns
def meeting_edit(request, pk):
    row = get_visible_or_404(CaseMeeting, request.user, pk=pk)
    require(request.user, "complaints.edit_meeting", row)
    form = MeetingForm(posted(request), user=request.user, version=row.version, initial=MeetingForm.initial_of(row))
    if form.is_valid():
        meetings.change(row, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(row)
    return _meeting_form(request, form, row.title, row.get_absolute_url())


def _meeting_form(request, form, title, back):
    return render_page(
        request, "complaints/library_form.html", {"form": form, "title": title, "back": back, "is_meeting": True}
    )
