"""What of the clocks shows in the navigation, on home pages and in histories."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.selectors import board, ledger, requests
from complaints.services import progress
from core import due, history, nav
from core.worktime.store import calendar_for

SHOWN = 30
HISTORY = {
    "grant_pause": gettext_lazy("Clock paused"), "resume": gettext_lazy("Clock runs again"),
    "pause_asked": gettext_lazy("A pause was asked for"), "pause_refused": gettext_lazy("The pause was refused"),
    "refuse_pause": gettext_lazy("The pause was refused"), "extension_asked": gettext_lazy("More time was asked for"),
    "extended": gettext_lazy("More time granted"), "extension_rejected": gettext_lazy("More time refused"),
    "approve_extension": gettext_lazy("More time granted"), "reject_extension": gettext_lazy("More time refused"),
    "progress_told": gettext_lazy("Told where things stand"), "policy_fitted": gettext_lazy("Other clocks after the assessment"),
    "due_moved": gettext_lazy("Due day moved by the calendar"), "handed_over": gettext_lazy("Handed over"),
    "back": gettext_lazy("Back again"), "close_cycle": gettext_lazy("No longer needed"),
}  # fmt: skip


def register():
    history.add_words(HISTORY)
    sees = ("complaints.see_all", "complaints.see_unit")
    nav.add(nav.Entry("voice", gettext_lazy("Ageing board"), "complaints:board", sees, order=11))
    nav.add(
        nav.Entry(
            "voice", gettext_lazy("Limits of the clocks"), "complaints:policies", ("complaints.assess",), order=18
        )
    )
    nav.add(
        nav.Entry(
            "voice",
            gettext_lazy("Standing in"),
            "complaints:absences",
            ("complaints.assess",),
            order=17,
        )
    )
    due.add_due("complaints.clocks", due_items)
    due.add_tiles("complaints.clocks", tiles)


def tiles(user):
    """What is late within four working hours, for who can still prevent it."""
    if user.has_perm("complaints.assess") and (n := board.running_out(user, calendar_for()).count()):
        yield due.Tile(_("Late within four working hours"), f"{n:,}", reverse("complaints:board"),
                       _("of %(n)s that are open") % {"n": ledger.counts(user)["open"]}, "attention", 5)  # fmt: skip


def due_items(user):
    """Customers who are to hear where things stand; pauses and extensions to decide on."""
    if user.has_perm("complaints.handle"):
        for row in progress.owed().filter(handler=user).select_related("complainant", "customer", "cycle")[:SHOWN]:
            yield due.DueItem(
                kind=row.get_kind_display(), title=row.title, number=row.number, sub=row.who,
                url=reverse("complaints:act", args=[row.pk, "progress"]), act=_("Tell the customer where things stand"),
                due_at=row.cycle.progress_due,
            )  # fmt: skip
    if user.has_perm("complaints.assess"):
        for row in requests.to_decide(ledger.rows(user).open(), user).order_by("cycle__result_due")[:SHOWN]:
            yield due.DueItem(
                kind=row.get_kind_display(), title=row.title, number=row.number, sub=row.who, url=row.get_absolute_url(),
                act=_("Decide on a pause or more time"), due_at=row.cycle.due_at,
            )  # fmt: skip
