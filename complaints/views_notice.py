"""What everybody may know of the channels: who answers, how, until when; as a page and as a poster (CMP-05, 07)."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from complaints.choices import Kind
from complaints.models import ChannelNotice
from complaints.public.words import promises
from core import pdf
from core.access import public
from core.doors import Bucket, take

POSTERS_PER_10_MINUTES = 30  # of one network: drawing one takes a moment


def facts():
    """What page and poster show: the newest edition, and the time limits as the clocks have them now."""
    return {
        "notice": ChannelNotice.objects.first(),
        "complaint": promises(Kind.COMPLAINT),
        "suggestion": promises(Kind.SUGGESTION),
        "enquiry": promises(Kind.ENQUIRY),
        "praise": promises(Kind.PRAISE),
        "voice_url": settings.BASE_URL + reverse("voice:form"),
        "portal": settings.PORTAL,
    }


@public
@require_safe
def channels(request):
    return render(request, "complaints/notice.html", facts())


@public
@require_safe
def channels_pdf(request):
    """An A4 sheet in the language of the reader, for walls, brochures and contracts."""
    wait = take(Bucket.of_network("poster", request, POSTERS_PER_10_MINUTES))
    if wait:
        return HttpResponse(
            _("Too many at once. Please try again in a few minutes."), status=429, content_type="text/plain"
        )
    shown = facts()
    edition = shown["notice"].n if shown["notice"] else 0
    file = pdf.render("pdf/channels.html", shown, language=translation.get_language(), title=str(_("How to tell us")),
                      number=_("edition %(n)s") % {"n": edition})  # fmt: skip
    response = HttpResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{_('How to tell us')}.pdf")
    return response
