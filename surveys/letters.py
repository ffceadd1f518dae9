"""Personal sheets as one PDF, each in its person's language; with a letter before it where one was ordered."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from core import pdf
from core.i18n import pick, speaking, suffix
from surveys import papers
from surveys.models import PersonalSheet
from surveys.selectors.questionnaires import instrument_of
from surveys.services import links


def sheets_of(ids):
    """Personal sheets with what their papers say, in the order of their numbers."""
    rows = PersonalSheet.objects.filter(pk__in=ids).order_by("number")
    return rows.select_related("invitation__contact", "invitation__customer", "wave__unit")


def make_letters(wave, ids, *, language, tick=lambda: None):
    """Bytes of one PDF: a letter (where ordered) and the reply slip of each sheet. The wave must be open: its links live."""
    instrument = instrument_of(wave.questionnaire_version)
    pages = []
    for sheet in sheets_of(ids):
        sheet.invitation.wave = wave
        with speaking(sheet.language):
            pages.append(render_to_string("surveys/personal_sheet.html", _context(wave, instrument, sheet)))
        tick()
    with speaking(language):
        return pdf.render("surveys/letters_pdf.html", {"pages": pages}, language=language, title=pick(wave, "name"))


def _context(wave, instrument, sheet):
    person, customer = sheet.invitation.contact, sheet.invitation.customer
    serial, address = papers.sheet(wave, sheet.number)
    return {
        "wave": wave, "instrument": instrument, "parts": papers.parts_of(instrument), "sheet": sheet,
        "serial": serial, "address": address, "url": links.personal_url(sheet.invitation), "person": person,
        "customer": customer, "today": timezone.localdate(),
        "portal_name": settings.PORTAL[f"name_{suffix(sheet.language)}"],
        "lang": "en" if suffix(sheet.language) == "en" else "zh-Hans",
        "purpose": pick(wave, "invitation") or _("We should like to know how satisfied you are with our services, and what we should do better first."),
    }  # fmt: skip
