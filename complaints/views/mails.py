"""Mails to the service desk: the queue, the archive, one mail, and what is done with it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from complaints.choices import Kind, MailState
from complaints.filters import MailFilter
from complaints.forms import mails as forms
from complaints.forms.registration import RegisterForm
from complaints.models import MailItem
from complaints.selectors import mails as selector
from complaints.services import mail_replies, mails
from complaints.services.voice import headline
from complaints.tables import MailTable
from complaints.views import canned
from complaints.views.acts import RecordAct
from complaints.views.common import registers, sees
from core import attachments
from core.acts import act_page
from core.forms import ReasonForm
from core.lists import list_page
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page
from core.workflow import record
from notifications.inbound import boxes

PROBLEMS = {
    "large": gettext_lazy("It is too large: only its headers are stored, the rest is in the mailbox."),
    "broken": gettext_lazy("It is broken: what could be read is shown, the rest is kept as it came."),
    "cut": gettext_lazy("It is very long: the beginning is shown, the rest is kept as it came."),
    "sender": gettext_lazy("It does not say plainly whom it comes from: compare the sender before you trust it."),
    "parts": gettext_lazy("It has very many parts: the first ones are shown, the rest is kept as it came."),
}


def step(rule, service, form, label, icon, **more):
    return RecordAct(f"complaints.{rule}", service, form, label, label, icon=icon, **more)


ACTS = {
    "answer": step(
        "answer_mail", mail_replies.write, forms.AnswerMailForm, pgettext_lazy("mail", "Answer"), "send",
        todo=gettext_lazy("Answer within 24 hours. Where that takes longer, say so and until when."),
        consequences=(gettext_lazy("The answer goes to the customer at once, in the thread of the mail."),),
    ),
    "interim": step(
        "answer_mail", mail_replies.write, forms.InterimForm, gettext_lazy("Say that it takes longer"), "clock-pause",
        consequences=(gettext_lazy("The mail stays to be answered, by the day that you promise."),),
    ),
    "attach": step("take_mail", mails.take_mail, forms.AttachForm, gettext_lazy("Put it to a record"), "link"),
    "release": step("release_mail", mails.release_mail, forms.MailWhyForm, gettext_lazy("The sender is genuine"), "user-check"),
    "settle": step("answer_mail", mails.settle_mail, forms.MailWhyForm, gettext_lazy("Needs no answer"), "check"),
    "dismiss": step(
        "take_mail", mails.dismiss_mail, forms.MailWhyForm, gettext_lazy("Not for us"), "ban",
        consequences=(gettext_lazy("Nobody answers it. It stays in the archive with your reason."),),
    ),
    "take_back": step(
        "take_mail_back", mails.take_back_mail, forms.MailRemarkForm, gettext_lazy("It is for us after all"), "refresh"
    ),
}  # fmt: skip


@sees
def mail_list(request):
    if request.GET.get("format"):
        require(request.user, "complaints.export")
    found = MailFilter(request.GET, selector.rows(request.user), request=request)
    return list_page(
        request, "complaints/mails.html", found, MailTable, title=_("Mails to the service desk"), log=request.user,
        tabs=_tabs(request), may_export=allows(request.user, "complaints.export"), is_set_up=bool(boxes.configured()),
    )  # fmt: skip


def _tabs(request):
    counts, chosen = selector.counts(request.user), request.GET.get("view") or "new"
    tabs = [("new", MailState.NEW.label), ("open", MailState.OPEN.label), ("interim", MailState.INTERIM.label),
            ("overdue", _("Overdue")), ("all", _("Archive"))]  # fmt: skip
    return [
        {"label": label, "url": f"?view={name}", "active": chosen == name, "hot": name == "overdue"}
        | ({"count": counts[name]} if name in counts else {})
        for name, label in tabs
    ]


@sees
def mail_detail(request, pk):
    item = get_visible_or_404(MailItem, request.user, pk=pk)
    steps = [(name, act) for name, act in ACTS.items() if allows(request.user, act.rule, item)]
    context = {
        "item": item,
        "steps": [(reverse("complaints:mail_act", args=[pk, name]), act) for name, act in steps],
        "may_register": allows(request.user, "complaints.take_mail", item),
        "may_reveal": _may_reveal(request.user, item),
        "replies": item.replies.select_related("by", "message").order_by("-pk"),
        "attachments": attachments.of(item),
        "problems": [PROBLEMS[code] for code in item.problems if code in PROBLEMS],
        "followers": MailItem.objects.visible_to(request.user).filter(follows=item).exclude(pk=pk),
        "events": item.transitions.select_related("by", "on_behalf_of"),
        "sees_related": item.related_id and allows_to_see(request.user, item.related),
    }
    return render_page(request, "complaints/mail.html", context)


def allows_to_see(user, complaint):
    return type(complaint).objects.visible_to(user).filter(pk=complaint.pk).exists()


def _may_reveal(user, item):
    rules = ("complaints.take_mail", "complaints.answer_mail")
    return bool(item.sender) and (
        user.has_perm("complaints.reveal_complainant") or any(allows(user, rule, item) for rule in rules)
    )


@sees
def mail_act(request, pk, step):
    """Show or take the step of ``ACTS`` that the address names."""
    item = get_visible_or_404(MailItem, request.user, pk=pk)
    if step not in ACTS:
        raise Http404
    number = item.number or _("Mail")
    with_canned = step == "answer" and item.complaint is not None
    context, begun = canned.pick_context(request, item.complaint) if with_canned else ({}, {})
    response = act_page(
        request, item, ACTS[step], number=number, template="complaints/mail_act.html", context={"item": item} | context,
        item=item, user=request.user, **begun,
    )  # fmt: skip
    return canned.note_pick(request, response, item.complaint) if with_canned else response


@registers
def mail_register(request, pk):
    """A new record with everything the mail tells filled in; its text can be put in order, the mail itself stays."""
    item = get_visible_or_404(MailItem, request.user, pk=pk)
    require(request.user, "complaints.take_mail", item)
    form = RegisterForm(posted(request), request.FILES or None, user=request.user, initial=_prefilled(item))
    if form.is_valid():
        complaint = mails.register(item, by=request.user, **form.values())
        messages.success(request, _("Registered as %(number)s.") % {"number": complaint.number})
        return redirect(item)
    return render_page(request, "complaints/mail_register.html", {"form": form, "item": item})


def _prefilled(item):
    contact = item.contact
    return {
        "kind": Kind.ENQUIRY, "title": (item.subject or headline(item.text or _("Mail")))[:200], "text": item.text[:10000],
        "channel": "mail", "received_at": timezone.localtime(item.received_at).strftime("%Y-%m-%dT%H:%M"),
        "name": contact.name if contact else item.sender_name, "phone": contact.phone if contact else "",
        "email": item.sender, "contact": contact and contact.pk, "customer": contact and contact.customer_id,
    }  # fmt: skip


@sees
def mail_reveal(request, pk):
    """Who wrote it, in full, for who says why."""
    item = get_visible_or_404(MailItem, request.user, pk=pk)
    if not _may_reveal(request.user, item):
        raise Http404
    form = ReasonForm(posted(request))
    context = {"form": form, "row": item.shown_subject, "back": item.get_absolute_url()}
    if form.is_valid():
        record(item, "revealed", by=request.user, comment=form.cleaned_data["reason"], payload={"fields": ["sender"]})
        context |= {
            "is_shown": True,
            "facts": [(pgettext("mail", "From"), item.sender), (_("Name"), item.sender_name or "–")],
        }
    return render_page(request, "customers/reveal.html", context)
