"""What went out, what failed and why; and everybody's inbox."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import everyone, needs
from core.permissions import require
from core.tables import listing
from core.views import get_visible_or_404, render_page
from notifications import selectors
from notifications.models import Message, Notice
from notifications.services import outbox as service
from notifications.tables import MessageFilter, MessageTable


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
