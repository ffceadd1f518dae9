"""Answers that reach the company by telephone, on paper, face to face or by letter, typed in by its people.

One invitation and one serial number give one answer, whatever the way: the first stays, the second is told when it came.
"""

import uuid

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition
from surveys import serials
from surveys.choices import ResponseMode
from surveys.models import PaperBatch, PersonalSheet, Response, Wave
from surveys.selectors import approval
from surveys.services import answering
from surveys.services.answering import Entry

SHEETS = uuid.UUID("7a0f0d3c-51f5-4f0f-9a4e-0c7b8f0f5d11")  # names the serial numbers among all keys
MOST_SHEETS = 200  # in one file


class AlreadyThere(Exception):
    """The first answer, as far as the wave keeps it (``response``, or None in an anonymous wave)."""

    def __init__(self, response):
        super().__init__(str(response))
        self.response = response


def key_of(wave, number):
    """The submit key of a sheet: the same sheet gives the same key."""
    return uuid.uuid5(SHEETS, f"{wave.pk}:{number}")


@transaction.atomic
def issue_sheets(wave, *, count, language, by):
    """Number ``count`` new sheets of ``wave``. Returns the PaperBatch; two at once get different numbers.

    Raises InvalidTransition before the plan of the wave is approved (SUR-09).
    """
    if not approval.is_approved(wave.activity):
        raise InvalidTransition(_("The plan of its activity is not approved: nothing is printed or sent before."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM surveys_wave WHERE id = %s FOR NO KEY UPDATE", [wave.pk])
    last = PaperBatch.objects.filter(wave=wave).order_by("-first_no").first()
    first_no = last.last_no + 1 if last else 1
    return PaperBatch.objects.create(wave=wave, first_no=first_no, count=count, language=language, made_by=by)


def find_sheet(wave, text):
    """The number of a sheet of ``wave`` by its serial. Raises ValueError with what is wrong and what to do."""
    number = serials.read(text)
    if number is None:
        raise ValueError(
            _("“%(text)s” is no serial number: please compare it with the sheet, check digit included.")
            % {"text": text}
        )
    batches = PaperBatch.objects.filter(wave=wave, first_no__lte=number).order_by("-first_no")[:1]
    if not any(number <= batch.last_no for batch in batches):
        told = {"serial": serials.write(number)}
        raise ValueError(_("Sheet %(serial)s was not printed for this wave. Is it a sheet of another one?") % told)
    return number


def first_of(wave, number):
    """The response that was entered from that sheet, or None."""
    return Response.objects.filter(wave=wave, submit_key=key_of(wave, number)).select_related("entered_by").first()


def returned(wave):
    """(sheets printed, sheets entered) of a wave with names; an anonymous one cannot tell the second: None."""
    printed = PaperBatch.objects.filter(wave=wave).aggregate(n=Sum("count"))["n"] or 0
    if wave.is_anonymous:
        return printed, None
    unnamed = Q(mode=ResponseMode.PAPER, invitation=None)
    named = Q(mode__in=(ResponseMode.PAPER, ResponseMode.LETTER), invitation__sheet__isnull=False)
    return printed, Response.objects.filter(unnamed | named, wave=wave).count()


def sheet_of(wave, number):
    """The PersonalSheet of that number with its invitation, or None where the sheet was printed for anybody."""
    rows = PersonalSheet.objects.filter(wave=wave, number=number)
    return rows.select_related("invitation__customer", "invitation__contact").first()


def enter(
    *,
    payload,
    by,
    mode,
    invitation=None,
    wave=None,
    number=None,
    key=None,
    is_proxy=False,
    given_on=None,
    language="",
    follow_up=None,
    note="",
):
    """Store what was typed in: of ``invitation``, or of sheet ``number`` of ``wave``, or of ``key`` (a page) of it.

    ``follow_up`` was opened already for what was said. Returns answering.Receipt. Raises AlreadyThere, answering.Invalid, answering.NotTaken.
    """
    if invitation is not None and (wave or invitation.wave).is_anonymous:
        raise InvalidTransition(
            _("Nobody types in what a named person answers to a wave without names: use a sheet without a name.")
        )
    wave = wave or Wave.objects.select_related("questionnaire_version", "link_key").get(pk=invitation.wave_id)
    if invitation is not None:
        invitation.wave = wave
    entry = Entry(mode, by, is_proxy, given_on, follow_up, note)
    submit_key = key_of(wave, number) if number else key
    receipt = answering.submit(
        payload=payload, invitation=invitation, wave=wave, submit_key=submit_key, language=language, entry=entry
    )
    if not receipt.is_new:
        raise AlreadyThere(_first(wave, invitation, submit_key))
    return receipt


def _first(wave, invitation, submit_key):
    if wave.is_anonymous:
        return None
    wanted = {"invitation": invitation} if invitation else {"submit_key": submit_key}
    return Response.objects.filter(wave=wave, **wanted).select_related("entered_by").first()
