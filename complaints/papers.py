"""The reply to a complaint as a written report (CMP-21): the approved words alone, in the customer's language."""

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import pdf
from core.i18n import speaking, suffix


def letter(complaint, reply):
    """(file name, bytes) of the letter. Raises PdfUnavailable."""
    with speaking(complaint.language):
        title = _("Reply to your complaint")
        words = {
            "sender": settings.PORTAL[f"name_{suffix()}"], "number": complaint.number, "subject": complaint.title,
            "name": complaint.complainant.name, "received": _day(complaint.received_at), "day": _day(reply.approved_at),
            "parts": [
                (_("1. What we did"), reply.measures), (_("2. Result"), reply.result),
                (_("3. What it means for you"), reply.meaning),
            ],
            "thanks": reply.thanks, "unit": str(complaint.unit or ""), "phone": settings.PORTAL.get("phone", ""),
        }  # fmt: skip
        content = pdf.render(
            "pdf/complaint_letter.html",
            {"words": words},
            language=complaint.language,
            title=title,
            number=complaint.number,
        )
        return f"{complaint.number} {title}.pdf", content


def _day(moment):
    return date_format(timezone.localtime(moment), "DATE_FORMAT")
