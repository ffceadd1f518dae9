"""The questionnaire on paper: each sheet with its serial number and a QR code that opens its entry."""

from django.conf import settings
from django.urls import reverse

from core import pdf
from core.i18n import speaking
from surveys import serials
from surveys.public.sheets import fields_of
from surveys.selectors.questionnaires import instrument_of


def make_sheets(batch):
    """Bytes of one PDF with every sheet of ``batch``, in its language."""
    instrument = instrument_of(batch.wave.questionnaire_version)
    with speaking(batch.language):
        context = {
            "wave": batch.wave, "instrument": instrument, "parts": parts_of(instrument),
            "sheets": [sheet(batch.wave, number) for number in range(batch.first_no, batch.last_no + 1)],
        }  # fmt: skip
        return pdf.render("surveys/paper_pdf.html", context, language=batch.language, title=instrument.title)


def parts_of(instrument):
    """[(section, blocks of fields)], in the active language."""
    return [(part, fields_of(instrument, part.questions)) for part in instrument.sections]


def sheet(wave, number):
    """(serial, address of its QR code)."""
    serial = serials.write(number)
    return serial, f"{settings.BASE_URL}{reverse('surveys:entry_form', args=[wave.pk])}?serial={serial}"
