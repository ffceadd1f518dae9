"""Pages for everybody who has something to say. Looking changes nothing; a form can be sent again.

Exempt from the CSRF middleware: the form asks core.doors itself, so that a refusal keeps what was typed; the other
posts here change nothing.
"""

from django.conf import settings
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from complaints.choices import Kind
from complaints.codes import code_for
from complaints.forms.public import TrackForm, VoiceForm
from complaints.public import stamps
from complaints.public.progress import Progress
from complaints.public.words import moment, promises, written
from complaints.selectors.tracking import of_form, tracked
from complaints.services import registration
from core import frames, preferences
from core.access import public
from core.context import portal
from core.doors import Bucket, is_forged, take
from customers.choices import Channel

HONEYPOT = "website"
page_or_post = require_http_methods(["GET", "HEAD", "POST"])


@public
@csrf_exempt
@page_or_post
def voice(request):
    """The form; a post is answered with the receipt itself, and sent again with the same one."""
    return _remember_language(request, _take(request) if request.method == "POST" else _blank(request))


@public
@csrf_exempt
@page_or_post
def track(request):
    """Progress by number and code."""
    if request.method != "POST":
        return _track(request, TrackForm(initial={"number": request.GET.get("number", "")}))
    _wanted_language(request)
    form = TrackForm(request.POST)
    if not form.is_valid():
        return _track(request, form, status=422)
    wait = take(Bucket.of_network("tracking", request, settings.TRACKING_OF_NETWORK_PER_10_MINUTES))
    if wait:
        return _later(_track(request, form, status=429, note=_try_again_in(wait)), wait)
    complaint = tracked(**form.cleaned_data)
    if complaint is None:
        form.add_error(
            None, _("There is no record with this number and this code. Please compare both with your receipt.")
        )
        return _track(request, form, status=422)
    return _track(request, form, progress=Progress(complaint))


# The form --------------------------------------------------------------------------------------------


def _blank(request):
    """The empty form, drawn once in a process."""

    def draw(marks):
        return render_to_string("complaints/voice.html", portal(request) | _form_context(VoiceForm()) | marks)

    return HttpResponse(frames.filled(["voice"], draw, csrf_token=get_token(request), form_key=stamps.new()))


def _take(request):
    stamp, language = stamps.read(request.POST.get("form_key")), _wanted_language(request)
    if stamp and (language or not stamp.is_valid):
        complaint = of_form(stamp.key)
        if complaint:
            return _received(request, complaint, code_for(stamp.key), stamp)
    if language:
        return _again(request, stamp, status=200)
    if is_forged(request) or stamp is None or not stamp.is_valid:
        return _again(request, stamp, status=403, note=_("Please press the button once more."))
    wait = max(settings.VOICE_SECONDS - int(stamp.age), settings.VOICE_SECONDS if request.POST.get(HONEYPOT) else 0)
    form = VoiceForm(request.POST, request.FILES)
    if wait <= 0:
        if not form.is_valid():
            return _form(request, form, stamp, status=422)
        wait = take(
            Bucket.of_network("voice", request, settings.VOICE_OF_NETWORK_PER_10_MINUTES),
            Bucket("voice", settings.VOICE_PER_10_MINUTES), once=f"voice:{stamp.key}",
        )  # fmt: skip
    if wait > 0:
        return _later(_again(request, stamp, status=429, note=_try_again_in(wait)), wait)
    complaint, code = registration.register(
        **form.record(), channel=Channel.WEB, language=translation.get_language(), form_key=stamp.key
    )
    return _received(request, complaint, code, stamp)


def _again(request, stamp, *, status, note=""):
    """The form with what was typed, nothing of it judged."""
    return _form(request, VoiceForm(initial=request.POST.dict()), stamp, status=status, note=note)


def _form(request, form, stamp, *, status, note=""):
    context = _form_context(form) | {
        "form_key": stamp.text if stamp and stamp.is_valid else stamps.new(), "note": note,
        "lost": [file.name for file in request.FILES.getlist("files")],
    }  # fmt: skip
    return render(request, "complaints/voice.html", context, status=status)


def _form_context(form):
    return {
        "form": form, "honeypot": HONEYPOT, "quick": promises(Kind.COMPLAINT), "slow": promises(Kind.SUGGESTION)
    }  # fmt: skip


def _received(request, complaint, code, stamp):
    """The receipt, made of what is stored: a reload shows the very same one."""
    person, cycle = complaint.complainant, complaint.cycle
    kind, can_answer = Kind(complaint.kind), bool(person.phone or person.email)
    shape = {"kind": kind.value, "can_answer": can_answer, "has_mail": bool(person.email), "promises": promises(kind)}

    def draw(marks):
        return render_to_string("complaints/voice_received.html", portal(request) | shape | marks)

    return HttpResponse(frames.filled(
        ["voice_received", kind.value, can_answer, shape["has_mail"], cycle.response_hours, cycle.result_days], draw,
        number=complaint.number, code=written(code), form_key=stamp.text, email=person.masked_email,
        registered=moment(complaint.registered_at), result_due=moment(cycle.result_due),
        response_due=moment(cycle.response_due) if cycle.response_due else "",
    ))  # fmt: skip


# Progress --------------------------------------------------------------------------------------------


def _track(request, form, *, status=200, progress=None, note=""):
    context = {"form": form, "progress": progress, "note": note}
    template = "complaints/voice_progress.html" if progress else "complaints/voice_track.html"
    return _remember_language(request, render(request, template, context, status=status))


# Both ------------------------------------------------------------------------------------------------


def _later(response, seconds):
    response.headers["Retry-After"] = str(seconds)
    return response


def _try_again_in(seconds):
    if seconds <= 90:
        return ngettext(
            "Not taken yet: please wait %(n)s second and press the button again. What you typed is still here.",
            "Not taken yet: please wait %(n)s seconds and press the button again. What you typed is still here.", seconds,
        ) % {"n": seconds}  # fmt: skip
    minutes = -(-seconds // 60)
    return ngettext(
        "Too much has come in just now: please press the button again in %(n)s minute. What you typed is still here.",
        "Too much has come in just now: please press the button again in %(n)s minutes. What you typed is still here.",
        minutes,
    ) % {"n": minutes}  # fmt: skip


def _wanted_language(request):
    """The language whose button was pressed, put into force; None where another one was."""
    language = request.POST.get("language")
    if language not in dict(settings.LANGUAGES):
        return None
    translation.activate(language)
    return language


def _remember_language(request, response):
    """A language chosen on these pages holds for the next ones."""
    language = request.POST.get("language") or request.GET.get("lang")
    if language not in dict(settings.LANGUAGES):
        return response
    cookie = settings.LANGUAGE_COOKIE_NAME
    return preferences.remember(request, response, cookie=cookie, field="language", value=language)
