"""What taking in adds to pages below, to the navigation and to the words of histories."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from complaints.choices import CannedState, RiskState
from complaints.models import CannedAnswer, PreventionItem
from complaints.selectors import desk
from core import due, history, nav

HISTORY = {
    "retire": gettext_lazy("Retired"),
    "approve": gettext_lazy("Approved"), "take_measure": gettext_lazy("Measure set"),
}  # fmt: skip
ANSWERS = ("complaints.register", "complaints.handle")
TELLS = ("complaints.log_risk", "complaints.assess")


def register():
    history.add_words({word: text for word, text in HISTORY.items() if word not in history.WORDS})
    nav.add(
        nav.Entry("voice", gettext_lazy("Canned answers"), "complaints:canned_list", ANSWERS, count=unreviewed, order=40),
        nav.Entry("voice", pgettext_lazy("risk", "Early risks"), "complaints:risk_list", TELLS, count=unassessed, order=45),
        nav.Entry("voice", gettext_lazy("Notice of channels"), "complaints:notice", ("complaints.assess",), order=60),
    )  # fmt: skip
    due.add_due("complaints.risks", due_items)


def unreviewed(user):
    """Counter in the navigation: drafts of others, for who reviews them."""
    if not user.has_perm("complaints.assess"):
        return None
    return CannedAnswer.objects.filter(state=CannedState.DRAFT).exclude(owner=user)


def unassessed(user):
    return PreventionItem.objects.filter(state=RiskState.NOTICED) if user.has_perm("complaints.assess") else None


def due_items(user):
    """Measures against risks that the user puts into effect, and risks to assess."""
    rows = PreventionItem.objects.filter(state=RiskState.MEASURE, owner=user).order_by("due_on")[:30]
    for row in rows:
        yield due.DueItem(kind=_("Early risk"), title=row.title, url=row.get_absolute_url(), act=_("Put the measure into effect"),
                          due_at=desk.end_of_day(row.due_on), number=row.number, sub=row.measure[:60])  # fmt: skip
