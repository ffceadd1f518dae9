"""What of the library, figures, case reports and feedback shows in the navigation, on home pages, in search and history."""

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.selectors import units_of
from complaints.choices import CaseReportState, EditionState, FeedbackState, State
from complaints.models import CaseReport, FeedbackList, LibraryEdition, LibraryEntry
from core import due, history, nav, panels, search
from customers.names import query_grams

SHOWN = 20
HITS = 5
HISTORY = {
    "shared": pgettext_lazy("library", "Shared"), "raised": gettext_lazy("An improvement was asked for"),
    "people_changed": gettext_lazy("Who takes part was changed"), "redrawn": gettext_lazy("Figures taken afresh"),
}  # fmt: skip


def register():
    history.add_words({name: words for name, words in HISTORY.items() if name not in history.WORDS})
    nav.add(nav.Entry("voice", gettext_lazy("Figures of the ledger"), "complaints:figures",
                      ("complaints.see_all", "complaints.see_unit", "complaints.see_figures"), order=14))  # fmt: skip
    nav.add(
        nav.Entry("voice", gettext_lazy("Case library"), "complaints:library", ("complaints.see_library",), order=60)
    )
    nav.add(nav.Entry("voice", gettext_lazy("Case reports"), "complaints:case_reports", ("complaints.learn", "complaints.see_all", "complaints.see_library"),
                      order=62))  # fmt: skip
    nav.add(nav.Entry("voice", gettext_lazy("Feedback"), "complaints:feedback_list", ("complaints.see_all", "complaints.decide_suggestion"),
                      order=64))  # fmt: skip
    due.add_due("complaints.learning", due_items)
    search.add_search(hits)
    panels.add_panel("complaints.complaint", library_panel, order=80)


def due_items(user):
    """Entries to confirm, drafts of case reports, feedback to acknowledge."""
    if user.has_perm("complaints.confirm_library"):
        rows = LibraryEdition.objects.filter(state=EditionState.TO_CONFIRM).exclude(prepared_by=user)
        for row in rows.select_related("entry")[:SHOWN]:
            yield due.DueItem(kind=_("Case library"), title=row.title, url=row.get_absolute_url(),
                              act=_("Confirm that nothing personal remains"), due_at=None, number=row.entry.number)  # fmt: skip
    if user.has_perm("complaints.learn"):
        for row in (
            CaseReport.objects.filter(state=CaseReportState.DRAFT).select_related("period").defer("figures")[:SHOWN]
        ):
            yield due.DueItem(kind=_("Case report"), title=str(row), url=row.get_absolute_url(), act=_("Write and issue it"),
                              due_at=None)  # fmt: skip
    if user.has_perm("complaints.see_unit"):
        rows = FeedbackList.objects.filter(state=FeedbackState.HANDED, unit__in=list(units_of(user))).exclude(by=user)
        for row in rows[:SHOWN]:
            yield due.DueItem(kind=_("Feedback"), title=row.title, url=row.get_absolute_url(), act=_("Say what becomes of it"),
                              due_at=None)  # fmt: skip


def hits(user, text):
    """Shared entries of the library by number or words."""
    wanted = query_grams(text)
    if not user.has_perm("complaints.see_library") or not wanted:
        return []
    rows = LibraryEdition.objects.filter(state=EditionState.SHARED).select_related("entry")
    rows = rows.filter(Q(words__contains=wanted) & Q(title__icontains=text) | Q(entry__number__istartswith=text))
    return [
        search.Hit(LibraryEntry(kind=row.entry.kind).get_kind_display(), row.title, row.get_absolute_url(), row.entry.number)
        for row in rows.order_by("-pk")[:HITS]
    ]  # fmt: skip


def library_panel(request, complaint):
    """On the page of a record that has ended: its entries in the library, and the way to a new one."""
    user = request.user
    if complaint.state != State.CLOSED or not user.has_perm("complaints.see_library"):
        return ""
    entries = list(LibraryEntry.objects.visible_to(user).filter(complaint=complaint))
    may_write = user.has_perm("complaints.write_library")
    if not entries and not may_write:
        return ""
    return render_to_string(
        "complaints/library_panel.html", {"entries": entries, "may_write": may_write, "complaint": complaint}, request
    )  # fmt: skip
