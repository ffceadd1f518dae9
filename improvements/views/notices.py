"""Rectification notices: drafted from observations, issued as a paper, answered by the unit, verified by others."""

from dataclasses import replace
from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit
from core import attachments
from core.access import needs
from core.acts import Act
from core.forms import ConfirmForm, ReasonForm
from core.lists import list_page
from core.models import Attachment
from core.panels import panels
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page
from improvements import papers
from improvements.filters_supervision import NoticeFilter
from improvements.forms.measures import RemarkForm, VerifyForm
from improvements.forms.supervision import AcknowledgeForm, NoticeForm, ReplyForm, ReturnForm
from improvements.models import NoticeReply, Observation, RectificationNotice
from improvements.selectors import supervision
from improvements.services import notices as service
from improvements.tables_supervision import NoticeTable
from improvements.views.common import sees, take_step

RULES = {
    "edit": "edit_notice", "send": "send_notice", "acknowledge": "acknowledge_notice", "answer": "answer_notice",
    "check": "check_notice", "close": "close_notice",
}  # fmt: skip


@sees
def notice_list(request):
    found = NoticeFilter(request.GET, supervision.notices(request.user), request=request)
    waiting = supervision.units_waiting() if request.user.has_perm("improvements.issue_notice") else []
    return list_page(
        request, "improvements/notice_list.html", found, NoticeTable, title=_("Rectification notices"), waiting=waiting
    )


@sees
def notice(request, pk):
    row = get_visible_or_404(RectificationNotice, request.user, pk=pk)
    observations = Observation.objects.filter(notice_item__notice=row).select_related("inspection", "notice_item")
    context = {
        "notice": row,
        "words": papers.shown(row),
        "observations": observations.order_by("notice_item__no"),
        "rounds": rounds(row),
        "verifiers": supervision.verifiers(row) if row.is_running else [],
        "files": row.files.order_by("pk"),
        "language": get_language(),
        "may": {name: allows(request.user, f"improvements.{rule}", row) for name, rule in RULES.items()},
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:50],
        "panels": panels("improvements.notice", request, row),
    }
    return render_page(request, "improvements/notice.html", context)


def rounds(row):
    """[(reply, its files, check or None)], the newest round first."""
    checks = {check.round: check for check in row.checks.select_related("by")}
    replies = list(row.replies.select_related("by"))
    stored = Attachment.objects.filter(
        subject=NoticeReply._meta.label_lower, subject_id__in=[one.pk for one in replies]
    )
    files = {}
    for file in stored.order_by("pk"):
        files.setdefault(file.subject_id, []).append(file)
    return [(one, files.get(one.pk, []), checks.get(one.round)) for one in replies]


@needs("improvements.issue_notice")
def notice_create(request, unit_pk):
    """A draft for a unit, from its settled observations that are in no notice yet."""
    require(request.user, "improvements.draft_notice")
    unit = get_object_or_404(OrgUnit, pk=unit_pk)
    free = Observation.objects.free().filter(unit=unit).select_related("inspection").order_by("pk")
    if not free:
        raise Http404
    form = NoticeForm(posted(request), observations=free)
    if form.is_valid():
        made = service.draft(by=request.user, unit=unit, **form.values())
        messages.success(request, _("The draft is kept. Look at it once more, then issue it."))
        return redirect(made)
    return _form_page(request, form, _("Draft a notice"), unit, back="")


@needs("improvements.issue_notice")
def notice_edit(request, pk):
    row = get_visible_or_404(RectificationNotice, request.user, pk=pk)
    require(request.user, "improvements.edit_notice", row)
    known = supervision.choosable(row).select_related("inspection").order_by("pk")
    form = NoticeForm(
        posted(request), version=row.version, observations=known, initial=NoticeForm.initial_of(row, known)
    )
    if form.is_valid():
        service.edit(row, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(row)
    return _form_page(request, form, row.title, row.unit, back=row.get_absolute_url())


def _form_page(request, form, title, unit, *, back):
    context = {"form": form, "title": title, "unit": unit, "back": back, "submit_label": _("Keep the draft")}
    return render_page(request, "improvements/notice_form.html", context)


def act(rule, service, form, title, label, *consequences):
    return Act(f"improvements.{rule}", service, form, title, label, consequences)


ACTS = {
    "issue": act(
        "send_notice", service.issue, ConfirmForm, _("Issue the notice"), _("Issue"),
        _("It gets its number, and its text and papers are stored in both languages."),
        _("Nothing of it can be changed afterwards, by anybody."),
        _("The head of the unit is told in the portal and by mail."),
    ),
    "acknowledge": act(
        "acknowledge_notice", service.acknowledge, AcknowledgeForm, _("Confirm the receipt"), _("Confirm the receipt"),
        _("Who carries it out is told; neither of you can verify it later."),
    ),
    "reply": act(
        "answer_notice", service.reply, ReplyForm, _("Answer the notice"), pgettext_lazy("notice", "Answer"),
        _("The supervision group is told. The answer and its files stay as they are."),
    ),
    "verify": act(
        "check_notice", service.verify, VerifyForm, _("Found put right"), _("Confirm"), _("Your name stands for it."),
    ),
    "send-back": act(
        "check_notice", service.send_back, ReturnForm, _("Send back"), _("Send back"),
        _("A new round begins with its own due date; the first one stays visible."),
    ),
    "discard": replace(act(
        "edit_notice", service.discard, ReasonForm, _("Discard the draft"), _("Discard"),
        _("Its observations are free for another notice."), _("The draft stays in the history and cannot be taken up again."),
    ), is_dangerous=True),
    "close": act(
        "close_notice", service.close, RemarkForm, _("Close the notice"), _("Close the notice"),
        _("Nothing more is written about it."),
    ),
}  # fmt: skip


@sees
def notice_step(request, pk, step):
    row = get_visible_or_404(RectificationNotice, request.user, pk=pk)
    acts = ACTS | {"acknowledge": replace(ACTS["acknowledge"], form=partial(AcknowledgeForm, notice=row))}
    return take_step(request, row, acts, step, number=row.number)


@sees
def notice_paper(request, pk, language):
    """The PDF as it was issued."""
    row = get_visible_or_404(RectificationNotice, request.user, pk=pk)
    paper = get_object_or_404(row.files, language=language)
    return attachments.private_file(paper.file, paper.name, "application/pdf")
