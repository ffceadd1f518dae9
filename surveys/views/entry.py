"""Typing in answers that came by telephone, on paper, face to face or by letter; printing the paper they come on."""

import uuid

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.access import needs
from core.permissions import look_together, require
from core.views import get_visible_or_404, posted, render_page
from surveys import serials
from surveys.choices import ResponseMode
from surveys.forms.entry import EntryForm, SheetsForm
from surveys.jobs import start_sheets
from surveys.models import Invitation, Wave
from surveys.public.sheets import fields_of
from surveys.replies import read_post
from surveys.selectors import entry as selector
from surveys.selectors.questionnaires import instrument_of
from surveys.services import answering, entering
from surveys.views.waves import is_seer, wave_context


def wave_or_refuse(request, pk):
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.enter_answers_of", row)
    return row


@needs("surveys.enter_answers", "surveys.run_entrusted")
def wave_entry(request, pk):
    """Find the sheet or the person whose answers came."""
    row = wave_or_refuse(request, pk)
    named = is_seer(request.user)  # a third party knows respondents by code, and cannot look for names
    text = request.GET.get("q", "").strip() if named else ""
    printed, entered = entering.returned(row)
    waiting = list(selector.waiting(request.user, row, text))
    if named:
        look_together(request.user, [invitation.customer for invitation in waiting])
    context = wave_context(request, row, "entry") | {
        "text": text, "waiting": waiting, "printed": printed, "entered": entered,
        "batches": row.paper_batches.select_related("made_by"), "most": selector.MOST, "named": named,
        "form": SheetsForm(initial={"language": get_language()}),
    }  # fmt: skip
    return render_page(request, "surveys/wave_entry.html", context)


@needs("surveys.enter_answers", "surveys.run_entrusted")
def print_sheets(request, pk):
    """Number new sheets and have them drawn as one PDF."""
    row = wave_or_refuse(request, pk)
    form = SheetsForm(posted(request), initial={"language": get_language()})
    if form.is_valid():
        return redirect("core:job_detail", start_sheets(row, by=request.user, **form.cleaned_data).pk)
    context = {
        "form": form,
        "title": _("Print paper questionnaires"),
        "back_url": reverse("surveys:wave_entry", args=[pk]),
    }
    return render_page(request, "surveys/form.html", context)


@needs("surveys.enter_answers", "surveys.run_entrusted")
def entry_form(request, pk):
    """One questionnaire on one page, made for the keyboard. What does not fit comes back as it was typed."""
    row = wave_or_refuse(request, pk)
    asked = request.POST or request.GET
    try:
        whose = _whose(request, row, asked)
    except ValueError as wrong:
        messages.error(request, str(wrong))
        return redirect("surveys:wave_entry", pk)
    if whose.get("first"):
        return _told(request, row, whose["first"])
    form = EntryForm(posted(request), initial=_usual(whose))
    instrument = instrument_of(row.questionnaire_version)
    payload = read_post(instrument, request.POST)
    errors = {}
    if form.is_valid():
        try:
            return _store(request, row, form, whose, payload)
        except answering.Invalid as invalid:
            errors = invalid.errors
    context = wave_context(request, row, "entry") | whose | {
        "instrument": instrument, "named": is_seer(request.user),
        "form": form, "errors": errors, "serial": _serial(whose),
        "key": asked.get("key") or uuid.uuid4(),
        "parts": [(part, fields_of(instrument, part.questions, payload, errors)) for part in instrument.sections],
    }  # fmt: skip
    return render_page(request, "surveys/entry_form.html", context, status=422 if errors or form.errors else 200)


def _whose(request, wave, asked):
    """{"invitation"} or {"number"} of the answers, or {} for somebody unnamed; {"first"} where they are there already.

    Raises ValueError with what is wrong.
    """
    if asked.get("invitation"):
        found = get_visible_or_404(Invitation, request.user, pk=asked["invitation"], wave=wave)
        if wave.is_confidential:
            raise ValueError(
                _(
                    "In a confidential wave nobody types in answers of a named person. Please send the personal link again."
                )
            )
        if wave.is_anonymous:
            raise ValueError(_("In an anonymous wave nobody answers for a named person. Please use a paper sheet."))
        response = getattr(found, "response", None)
        return {"invitation": found, "first": response}
    if asked.get("serial"):
        number = entering.find_sheet(wave, asked["serial"])
        if sheet := entering.sheet_of(wave, number):
            return {
                "sheet": sheet,
                "invitation": sheet.invitation,
                "first": getattr(sheet.invitation, "response", None),
            }
        return {"number": number, "first": None if wave.is_anonymous else entering.first_of(wave, number)}
    if not wave.is_open_link:
        raise ValueError(_("Please name the sheet or the person: this wave asks only those who were drawn."))
    return {}


def _serial(whose):
    number = whose["sheet"].number if "sheet" in whose else whose.get("number")
    return number and serials.write(number)


def _usual(whose):
    if sheet := whose.get("sheet"):
        return {"mode": ResponseMode.LETTER if sheet.is_letter else ResponseMode.PAPER, "language": sheet.language}
    return {"mode": ResponseMode.PAPER if "number" in whose else ResponseMode.PHONE, "language": get_language()}


def _store(request, wave, form, whose, payload):
    whose = {name: whose[name] for name in ("invitation", "number") if name in whose}
    try:
        receipt = entering.enter(
            payload=payload, by=request.user, wave=wave, key=request.POST.get("key"), **whose, **form.cleaned_data
        )
    except entering.AlreadyThere as there:
        return _told(request, wave, there.response)
    except answering.NotTaken as refusal:
        messages.error(request, str(refusal))
        return redirect(wave)
    messages.success(request, _("Stored: receipt %(code)s. On with the next one.") % {"code": receipt.code})
    return redirect("surveys:wave_entry", wave.pk)


def _told(request, wave, response):
    """Which answer was first: it stays."""
    if response is None:
        messages.error(request, _("This sheet was entered before; the first answers stay."))
        return redirect("surveys:wave_entry", wave.pk)
    told = {
        "moment": date_format(localtime(response.submitted_at), "DATETIME_FORMAT"),
        "way": response.get_mode_display(),
    }
    text = _("The answers came already: %(moment)s, %(way)s. They stay as they are.") % told
    if response.entered_by_id:
        text += " " + _("Entered by %(name)s.") % {"name": response.entered_by}
    messages.error(request, text)
    return redirect("surveys:wave_entry", wave.pk)
