"""What went out, what came in, what failed and why; and everybody's inbox."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import everyone, needs
from core.forms import ReasonForm
from core.permissions import require
from core.tables import listing
from core.views import get_visible_or_404, posted, render_page
from notifications import selectors
from notifications.models import InboundMail, Message, Notice
from notifications.services import inbound as mail_service
from notifications.services import outbox as service
from notifications.tables import InboundFilter, InboundTable, MessageFilter, MessageTable


@needs("notifications.see_outbox")
def outbox(request):
    rows = Message.objects.visible_to(request.user).select_related("to_user")
    context = listing(request, MessageFilter(request.GET, rows, request=request), MessageTable)
    return render_page(request, "notifications/outbox.html", context, partial="rows")


@needs("notifications.see_outbox")
def message(request, pk):
    row = get_visible_or_404(Message, request.user, pk=pk)
    return render_page(request, "notifications/message.html", {"message_row": row})


@require_POST
@needs("notifications.retry_message")
def retry(request, pk):
    row = get_visible_or_404(Message, request.user, pk=pk)
    require(request.user, "notifications.retry", row)
    service.retry(row, by=request.user)
    messages.success(request, _("The message waits to be sent again."))
    return redirect(row)


# Incoming mail ---------------------------------------------------------------------------------------


@needs("notifications.see_inbound")
def inbound(request):
    rows = InboundMail.objects.visible_to(request.user).select_related("answers")
    context = listing(request, InboundFilter(request.GET, rows, request=request), InboundTable)
    return render_page(
        request, "notifications/inbound.html", context | {"mailboxes": selectors.mailboxes()}, partial="rows"
    )


@needs("notifications.see_inbound")
def inbound_mail(request, pk):
    row = get_visible_or_404(InboundMail, request.user, pk=pk)
    return render_page(request, "notifications/inbound_mail.html", {"mail": row})


@require_POST
@needs("notifications.settle_inbound")
def inbound_again(request, pk):
    row = get_visible_or_404(InboundMail, request.user, pk=pk)
    require(request.user, "notifications.settle", row)
    mail_service.read_again(row, by=request.user)
    messages.success(request, _("The mail is read again within a minute."))
    return redirect(row)


@needs("notifications.settle_inbound")
def inbound_settle(request, pk):
    row = get_visible_or_404(InboundMail, request.user, pk=pk)
    require(request.user, "notifications.settle", row)
    form = ReasonForm(posted(request))
    if form.is_valid():
        mail_service.settle(row, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("Done."))
        return redirect(row)
    context = {
        "form": form, "title": _("Settle by hand"), "submit_label": _("Settle"), "cancel_url": row.get_absolute_url(),
        "state": row.state_badge, "consequences": (_("The mail is not read any more. It stays stored, and on this page."),),
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)


@require_POST
@needs("notifications.settle_inbound")
def inbound_content(request, pk):
    """The mail as it came, as a file that no browser opens."""
    row = get_visible_or_404(InboundMail, request.user, pk=pk)
    require(request.user, "notifications.settle", row)
    response = HttpResponse(mail_service.hand_out(row, by=request.user), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="mail-{row.pk}.eml"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@everyone
def inbox(request):
    return render_page(request, "notifications/inbox.html", {"lines": selectors.inbox(request.user)})


@require_POST
@everyone
def read_all(request):
    Notice.objects.filter(user=request.user, read_at__isnull=True).update(read_at=timezone.now())
    return redirect("notifications:inbox")


@require_POST
@everyone
def open_notice(request, pk):
    notice = Notice.objects.filter(user=request.user, pk=pk).first()
    if notice is None:
        return redirect("notifications:inbox")
    if notice.read_at is None:
        Notice.objects.filter(pk=notice.pk).update(read_at=timezone.now())
    return redirect(notice.url or "notifications:inbox")
