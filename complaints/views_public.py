"""What customers say without a login. Looking changes nothing; a form can be sent again.

Exempt from the CSRF middleware: the form asks core.doors itself, so that a refusal keeps what was typed.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from complaints.choices import Kind
from complaints.forms.public import KINDS, MOST_FILES, VoiceForm, Way
from complaints.public import guard, kept, receipt, stamps
from complaints.public.words import promises
from complaints.selectors.tracking import of_form
from complaints.services import voice as voices
from core import attachments, doors, frames, preferences
from core.access import public
from core.context import portal

FIRST = {"kind": Kind.COMPLAINT.value, "by": Way.PHONE.value}  # chosen before anybody chose
WAIT_WHILE_AWAY = 60  # seconds


@public
@csrf_exempt  # _take asks core.doors for the token: a refusal keeps what was typed
@require_http_methods(["GET", "HEAD", "POST"])
def voice(request):
    """The form. A post is answered with its receipt, the same one however often it comes."""
    return _remember_language(request, _take(request) if request.method == "POST" else _blank(request))


def _blank(request):
    """The empty form, drawn once in a process."""

    def draw(marks):
        return render_to_string(
            "complaints/voice.html", portal(request) | _words() | {"v": FIRST, "is_fresh": True} | marks
        )

    return HttpResponse(frames.filled(["voice"], draw, csrf_token=get_token(request), form_key=stamps.new().text))


def _words():
    return {
        "kinds": KINDS, "ways": Way.choices, "trap": guard.TRAP, "accept": attachments.ACCEPT, "most": MOST_FILES,
        "megabytes": attachments.MAX_SIZE // 2**20, "complaint": promises(Kind.COMPLAINT),
        "suggestion": promises(Kind.SUGGESTION), "praise": promises(Kind.PRAISE),
    }  # fmt: skip


def _take(request):
    """Every way to refuse gives back everything that was typed."""
    stamp, is_forged = stamps.read(request.POST.get("form_key")), doors.is_forged(request)
    is_language = _choose_language(request)
    if not is_forged and (is_language or stamp.is_old) and (known := of_form(stamp.key)):
        return _received(request, known, stamp)
    form = VoiceForm(request.POST, request.FILES.getlist("files"), _still_wanted(request, stamp))
    if is_forged:
        return _again(request, form, stamp, status=403, note=_("Please press Send once more."))
    if is_language:
        return _again(request, form, stamp)
    if reason := guard.suspicion(request.POST, stamp):
        stamp = stamp if stamp.is_ours and stamp.wait else stamp.renewed()
        return _again(request, form, stamp, status=429, note=reason, wait=stamp.wait)
    if not form.is_valid():
        return _again(request, form, stamp, status=422, problems=form.problems)
    if wait := guard.wait_to_send(request, stamp.key):
        return _again(request, form, stamp, status=429, note=guard.busy(wait), wait=wait)
    return _register(request, form, stamp)


def _still_wanted(request, stamp):
    """Files of an earlier try that are still ticked; the others are dropped."""
    ticked = request.POST.getlist("keep")
    files = kept.of(stamp.key) if stamp.is_ours else []
    kept.drop(file for file in files if file.number not in ticked)
    return [file for file in files if file.number in ticked]


def _register(request, form, stamp):
    files = [*form.uploads, *(file.opened() for file in form.kept)]
    try:
        complaint = voices.say(form.cleaned_data, key=stamp.key, language=translation.get_language(), files=files)
    except ValidationError as refused:
        return _again(request, form, stamp, status=422, problems={"files": " ".join(refused.messages)})
    except (OperationalError, InterfaceError):
        note = _(
            "It cannot be stored just now. Everything you typed is still here: please press Send again in a minute."
        )
        return _again(request, form, stamp, status=503, note=note, wait=WAIT_WHILE_AWAY)
    if form.kept:
        kept.forget(stamp.key)
    return _received(request, complaint, stamp)


def _received(request, complaint, stamp):
    facts = receipt.facts(complaint)

    def draw(marks):
        context = portal(request) | facts | receipt.words(complaint) | marks
        return render_to_string("complaints/voice_received.html", context)

    holes = receipt.texts(complaint, stamp.key) | {"csrf_token": get_token(request), "form_key": stamp.text}
    return HttpResponse(frames.filled(["voice_received", *facts.values()], draw, **holes))


def _again(request, form, stamp, *, status=200, note="", problems=None, wait=0):
    """The form with everything that was typed and with the files that came."""
    form.is_valid()  # looks at the files, even where nothing of the rest is judged
    problems = problems or {}
    if form.good_uploads and not (guard.may_keep_files(request) and kept.keep(stamp.key, form.good_uploads)):
        names = ", ".join(file.name for file in form.good_uploads)
        problems |= {"files": _("“Photos or files”: please choose these once more: %(names)s.") % {"names": names}}
    context = _words() | {
        "v": form.data, "problems": problems, "note": note, "form_key": stamp.text, "kept": kept.of(stamp.key)
    }  # fmt: skip
    response = render(request, "complaints/voice.html", context, status=status)
    if wait:
        response.headers["Retry-After"] = str(int(-(-wait // 1)))
    return response


def _choose_language(request):
    """Whether a button of this post chose a language, which holds from here on."""
    chosen = request.POST.get("language")
    if chosen not in dict(settings.LANGUAGES):
        return False
    translation.activate(chosen)
    return True


def _remember_language(request, response):
    language = request.POST.get("language") or request.GET.get("lang")
    if language not in dict(settings.LANGUAGES):
        return response
    cookie = settings.LANGUAGE_COOKIE_NAME
    return preferences.remember(request, response, cookie=cookie, field="language", value=language)
