"""What of complaints shows in the navigation, on home pages, in the search and on pages of lower apps."""

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from complaints import home_clocks, home_desk, home_learning
from complaints.choices import Kind, MailState, State
from complaints.models import Complaint, MailItem
from complaints.selectors import ledger, mails
from complaints.selectors.people import clashes
from complaints.selectors.search import search as find
from core import attachments, due, history, nav, panels, search
from customers import next_steps

SEES = ("complaints.see_all", "complaints.see_unit")
SHOWN = 30
HITS = 8
HISTORY = {
    "reassessed": gettext_lazy("Assessment changed"), "give_back": gettext_lazy("Given back"),
    "reassign": gettext_lazy("Given to somebody else"), "determined": gettext_lazy("Responsibility determined"),
    "drafted": gettext_lazy("Reply drafted"), "approved": gettext_lazy("Reply approved"),
    "told": gettext_lazy("Told to the customer"), "reply_failed": gettext_lazy("The mail with the reply did not arrive"),
    "call_again": gettext_lazy("Not reached, to be called again"), "talked": gettext_lazy("Conversation with the customer"),
    "not_reached": gettext_lazy("Customer not reached"), "responded": gettext_lazy("First response given"),
    "response_late": gettext_lazy("First response late"), "result_late": gettext_lazy("Result late"),
    "reopen": pgettext_lazy("complaint", "Opened again"), "end_asked": gettext_lazy("An end was asked for"),
    "end_refused": gettext_lazy("The end was refused"), "person_concerned": gettext_lazy("Named whom it is about"),
    "person_recused": gettext_lazy("Somebody stepped aside"), "files_added": gettext_lazy("Files added"),
    "take_up": gettext_lazy("Taken up again"), "mail_came": gettext_lazy("A mail of the customer came"),
    "mail_late": gettext_lazy("Not answered within 24 hours"), "answer_written": gettext_lazy("Answer written"),
    "interim_written": gettext_lazy("Written that it takes longer"), "promised_again": gettext_lazy("Another day promised"),
    "answer_failed": gettext_lazy("The answer did not arrive"), "take_mail": gettext_lazy("Mail taken"),
    "dismiss_mail": gettext_lazy("Not for us"),
    "release_mail": gettext_lazy("Sender checked"), "settle_mail": gettext_lazy("Needs no answer"),
    "handed_to_unit": gettext_lazy("Handed to another unit"), "reminded": gettext_lazy("The handler was reminded"),
    "take_back_mail": gettext_lazy("Taken back"), "mark_sent": gettext_lazy("Answer sent"),
}  # fmt: skip


def register():
    attachments.register_owner("complaints.complaint", Complaint)
    attachments.register_owner("complaints.mailitem", MailItem)
    history.add_words(HISTORY)
    history.add_words(
        {"take": pgettext_lazy("complaint", "Signed for"), "assign": State.ASSIGNED.label}, app="complaints"
    )
    nav.add(nav.Entry("voice", gettext_lazy("Ledger"), "complaints:list", SEES, count=owed, order=10))
    nav.add(
        nav.Entry(
            "voice",
            gettext_lazy("Mails"),
            "complaints:mails",
            ("complaints.register", "complaints.see_all"),
            count=untaken,
            order=12,
        )
    )
    home_clocks.register()
    home_learning.register()
    home_desk.register()
    due.add_due("complaints", due_items)
    due.add_due("complaints.mails", mail_items)
    due.add_tiles("complaints", tiles)
    search.add_search(hits)
    next_steps.add(
        next_steps.NextStep("complaints.register", gettext_lazy("Save and register a complaint"), "complaints:create",
                            "complaints.register", icon="flag", key="r")
    )  # fmt: skip
    panels.add_panel("customers.customer", customer_panel)
    panels.add_panel("customers.follow_up", follow_up_panel)
    panels.add_panel("customers.interaction", interaction_panel)


# Due -------------------------------------------------------------------------------------------------


def owed(user):
    """Counter in the navigation: what is overdue of what the user sees, for who works on the ledger."""
    works = any(user.has_perm(f"complaints.{name}") for name in ("handle", "assess"))
    return Complaint.objects.visible_to(user).overdue() if works else None


def untaken(user):
    """Counter in the navigation: mails that nobody has taken, for who registers."""
    return MailItem.objects.visible_to(user).untaken() if user.has_perm("complaints.register") else None


def mail_items(user):
    """Mails to take, and to answer where the user handles the record or took the mail."""
    acts = {MailState.NEW: _("Take the mail"), MailState.HELD: _("Check who wrote it"),
            MailState.INTERIM: _("Answer as promised")}  # fmt: skip
    owed = Q(state__in=MailState.answerable()) & (
        Q(complaint__handler=user) | Q(complaint__handler=None, taken_by=user)
    )
    if user.has_perm("complaints.register"):
        owed |= Q(state__in=MailState.untaken())
    elif not user.has_perm("complaints.handle"):
        return
    for item in mails.rows(user).filter(owed).order_by("answer_due")[:SHOWN]:
        yield due.DueItem(
            kind=_("Mail"), title=item.shown_subject, url=item.get_absolute_url(),
            act=acts.get(item.state, _("Answer the mail")), due_at=item.due_at, number=item.number, sub=item.who,
        )  # fmt: skip


def due_items(user):
    """What waits for the user: to handle, to assess, to review, to call back, to decide."""
    yield from _handled(user)
    if user.has_perm("complaints.assess"):
        yield from _items(user, [State.REGISTERED], _("Assess and accept"), kind=Kind.COMPLAINT)
        yield from _items(user, [State.ACCEPTED], _("Assign"))
    if user.has_perm("complaints.register"):
        yield from _items(
            user, [State.REGISTERED], _("Pass on or answer"), kinds=[Kind.SUGGESTION, Kind.ENQUIRY, Kind.PRAISE]
        )
    if user.has_perm("complaints.review_reply"):
        yield from _items(user, [State.REVIEW], _("Review the reply"), part="reviewed")
    if user.has_perm("complaints.call_back"):
        yield from _items(user, [State.REPLIED], pgettext("complaint", "Call back"), part="called_back", told=True)


HANDLER_OWES = {
    State.ASSIGNED: gettext_lazy("Take it on"),
    State.HANDLING: gettext_lazy("Handle and reply"),
    State.EVALUATING: gettext_lazy("Decide on the suggestion"),
}


def _handled(user):
    rows = ledger.rows(user).filter(handler=user, state__in=list(HANDLER_OWES)).order_by("cycle__result_due")
    for row in rows[:SHOWN]:
        yield _item(row, str(HANDLER_OWES[State(row.state)]))


def _items(user, states, act, *, kind=None, kinds=None, part="", told=False):
    rows = ledger.rows(user).filter(state__in=states).order_by("cycle__result_due")
    kinds = [kind] if kind else kinds
    rows = rows.filter(kind__in=kinds) if kinds else rows
    rows = rows.exclude(cycle__reply__sent_at=None) if told else rows
    for row in rows[:SHOWN]:
        if not part or clashes(row, user, part) is None:
            yield _item(row, act)


def _item(row, act):
    return due.DueItem(
        kind=row.get_kind_display(), title=row.title, url=row.get_absolute_url(), act=act, due_at=row.cycle.due_at,
        number=row.number, sub=row.who,
    )  # fmt: skip


def tiles(user):
    """Open and overdue records, and what waits for a review."""
    if not any(user.has_perm(name) for name in SEES):
        return
    counts, url = ledger.counts(user), reverse("complaints:list")
    if counts["overdue"]:
        yield due.Tile(_("Complaints past a clock"), f"{counts['overdue']:,}", f"{url}?view=overdue",
                       _("of %(n)s that are open") % {"n": counts["open"]}, "danger", 4)  # fmt: skip
    yield due.Tile(_("Open in the ledger"), f"{counts['open']:,}", url,
                   _("%(n)s of them nobody handles yet") % {"n": counts["free"]}, "", 22)  # fmt: skip
    if counts["review"] and user.has_perm("complaints.review_reply"):
        yield due.Tile(_("Replies to review"), f"{counts['review']:,}", f"{url}?view=review",
                       _("by somebody who has not handled them"), "attention", 12)  # fmt: skip


# Search ----------------------------------------------------------------------------------------------


def hits(user, text):
    """Records by number or subject; those of a person by exact name, phone or mail."""
    if not any(user.has_perm(name) for name in SEES):
        return []
    rows, _is_common = find(Complaint.objects.visible_to(user), text)
    return [
        search.Hit(row.get_kind_display(), row.title, row.get_absolute_url(), f"{row.number} · {row.state_badge.label}")
        for row in rows.select_related("cycle").order_by("-received_at", "-pk")[:HITS]
    ]


# Panels on pages below -------------------------------------------------------------------------------


def customer_panel(request, customer):
    """What the customer said so far, newest first."""
    rows = Complaint.objects.visible_to(request.user).filter(customer=customer).select_related("cycle")
    return _panel(request, rows, register_query=f"customer={customer.pk}", all_query=f"customer={customer.pk}&view=all")


def follow_up_panel(request, follow_up):
    """The complaint that came of it."""
    rows = Complaint.objects.visible_to(request.user).filter(follow_up=follow_up).select_related("cycle")
    return _panel(request, rows, register_query=f"follow_up={follow_up.pk}", once=True)


def interaction_panel(request, interaction):
    """What was registered from a contact; it may be several things."""
    rows = Complaint.objects.visible_to(request.user).filter(interaction=interaction).select_related("cycle")
    return _panel(request, rows, register_query=f"interaction={interaction.pk}")


def _panel(request, rows, *, register_query, all_query="", once=False):
    user, found = request.user, list(rows.order_by("-received_at")[:5])
    may_register = user.has_perm("complaints.register") and not (once and found)
    if (not found and not may_register) or not any(user.has_perm(name) for name in SEES):
        return ""
    context = {
        "rows": found,
        "register_query": register_query if may_register else "",
        "all_query": all_query if found else "",
    }
    return render_to_string("complaints/panel.html", context, request=request)
