"""What of supervision shows in the navigation, on home pages, in the search and on pages of lower apps."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import attachments, due, history, nav, search
from core.worktime import Limit, LimitKind
from core.worktime import due as due_of
from core.worktime.store import calendar_for
from improvements.choices_supervision import InspectionState, NoticeState
from improvements.home import SEES, SHOWN
from improvements.models import Inspection, NoticeReply, Observation, RectificationNotice
from improvements.selectors import checklists, supervision

VERIFY_WITHIN = Limit(LimitKind.WORKING_DAYS, 5)  # of the answer; later is charged to the verifier
HISTORY = {
    "judged": gettext_lazy("Verdict given"), "observation_dropped": gettext_lazy("Observation taken back"),
    "items_changed": gettext_lazy("Requirements changed"), "overdue": gettext_lazy("Overdue"),
}  # fmt: skip

ACTS = {
    NoticeState.DRAFT: gettext_lazy("Issue"), NoticeState.ISSUED: gettext_lazy("Confirm the receipt"),
    NoticeState.ACKNOWLEDGED: gettext_lazy("Answer it"), NoticeState.RETURNED: gettext_lazy("Answer it"),
    NoticeState.REPLIED: gettext_lazy("Verify"), NoticeState.VERIFIED: gettext_lazy("Close"),
}  # fmt: skip


def register():
    attachments.register_owner("improvements.noticereply", NoticeReply)
    history.add_words(HISTORY)
    checklists.register()
    nav.add(
        nav.Entry("supervision", gettext_lazy("Inspections"), "improvements:inspection_list", SEES, order=10),
        nav.Entry("supervision", gettext_lazy("Observations"), "improvements:observation_list", SEES, order=20),
        nav.Entry("supervision", gettext_lazy("Rectification notices"), "improvements:notice_list", SEES, order=30,
                  count=notices_owed),
    )  # fmt: skip
    due.add_due("improvements.supervision", due_items)
    due.add_tiles("improvements.supervision", tiles)
    search.add_search(hits)


# Due -------------------------------------------------------------------------------------------------


def notices_owed(user):
    """Notices that wait for a step of the user."""
    return supervision.awaiting(user)


def due_items(user):
    if user.has_perm("improvements.inspect"):
        for row in Inspection.objects.filter(led_by=user, state=InspectionState.OPEN).select_related("unit")[:SHOWN]:
            yield due.DueItem(
                _("Inspection"), row.title, row.get_absolute_url(), _("Conclude"), number=row.number,
                sub=str(row.unit or _("The whole company")),
            )  # fmt: skip
    for row in supervision.awaiting(user).order_by("due")[:SHOWN]:
        yield due.DueItem(
            _("Rectification notice"), row.title, row.get_absolute_url(), ACTS[row.state], due_at=_owed_at(row),
            number=row.number, sub=str(row.unit),
        )  # fmt: skip


def _owed_at(row):
    if row.is_owed:
        return row.current_due
    return due_of(calendar_for(), VERIFY_WITHIN, row.replied_at).at if row.state == NoticeState.REPLIED else None


# Tiles and search ------------------------------------------------------------------------------------


def tiles(user):
    """Notices that run in the user's sight, and those of them that are late."""
    if not any(user.has_perm(name) for name in SEES):
        return
    rows, url = RectificationNotice.objects.visible_to(user), reverse("improvements:notice_list")
    running, late = rows.open()[:1000].count(), rows.overdue(timezone.now())[:1000].count()
    if running:
        yield due.Tile(
            _("Rectification notices"), f"{running:,}", f"{url}?state=pending", _("issued and not closed"), order=45
        )
    if late:
        yield due.Tile(
            _("Overdue notices"), f"{late:,}", f"{url}?state=overdue", _("of %(n)s not closed") % {"n": running},
            "danger", 5,
        )  # fmt: skip


def hits(user, text):
    """Inspections, observations and notices by number or title."""
    found = Q(number__icontains=text) | Q(title__icontains=text)
    for row in Inspection.objects.visible_to(user).filter(found)[:3]:
        yield search.Hit(_("Inspection"), row.title, row.get_absolute_url(), row.number)
    rows = Observation.objects.visible_to(user).select_related("inspection").filter(title__icontains=text)
    for row in rows[:3]:
        yield search.Hit(_("Observation"), row.title, row.get_absolute_url(), row.number)
    for row in RectificationNotice.objects.visible_to(user).filter(found)[:4]:
        yield search.Hit(_("Rectification notice"), row.title, row.get_absolute_url(), row.number)
