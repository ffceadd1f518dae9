"""Pages of people who answer. A view of a page changes nothing; every post can be sent again.

The views are exempt from the CSRF middleware and check the token themselves (surveys.public.guard), so that a
refused form comes back with what was typed.
"""

import uuid

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import public
from surveys.public import frames, guard, receipts
from surveys.public.sheets import transcript
from surveys.public.visits import Visit, open_home, personal_home
from surveys.replies import check, read_post
from surveys.services import answering, invitations
from surveys.services.answering import Situation

page_or_post = require_http_methods(["GET", "HEAD", "POST"])


@public
@csrf_exempt
@page_or_post
def personal(request, token):
    """A personal link: welcome, sections, and once answered the receipt."""
    kept = request.COOKIES.get(receipts.COOKIE, "")
    known = receipts.shown(kept, personal_home(token), is_personal=True)
    return _received(request, *known) if known else _answer(request, Visit.by_token(token))


@public
@csrf_exempt
@page_or_post
def open_link(request, code):
    """An open link (QR code): everybody who comes fills in a page of their own."""
    return _answer(request, Visit.by_code(code))


@public
@require_safe
def open_received(request, code, receipt):
    """The receipt of an answer by open link; the address is signed, so it cannot be made up."""
    known = receipts.shown(receipt, open_home(code))
    if known:
        return _received(request, *known)
    visit = Visit.by_code(code)
    made = receipts.code_of(receipt, visit.home)
    return _received(request, visit, made) if visit.wave and made else _unknown(request, visit)


@public
@csrf_exempt
@require_POST
def save(request, token):
    """Keep answers as they are given: 200 with the new revision, 409 with newer answers of another device."""
    visit = Visit.by_token(token)
    if visit.situation != Situation.READY or not visit.keeps_draft:
        return JsonResponse({"situation": visit.situation}, status=410)
    if guard.is_forged(request):
        return JsonResponse({"situation": "forged"}, status=403)
    typed = read_post(visit.instrument, request.POST)
    given = {uid: typed.get(uid) for uid in request.POST.getlist("uid")}
    _values, errors = check(visit.instrument, given, complete=False)
    given = {uid: value for uid, value in given.items() if uid not in errors}
    try:
        saved = answering.save_answers(visit.invitation, payload=given, rev=_revision(request))
    except answering.StaleDraft as newer:
        return JsonResponse({"rev": newer.rev, "answers": newer.payload}, status=409)
    except answering.NotTaken as refusal:
        return JsonResponse({"situation": refusal.situation}, status=410)
    return JsonResponse({"rev": saved.rev, "errors": errors, "at": f"{timezone.localtime():%H:%M}"})


@public
@csrf_exempt
@page_or_post
def stop(request, token):
    """Decline this survey or all of them. Mail programs post ``List-Unsubscribe=One-Click`` (RFC 8058)."""
    visit = Visit.by_token(token)
    if visit.invitation is None:
        return _unknown(request, visit)
    one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    if request.method != "POST" or (not one_click and guard.is_forged(request)):
        return _page(request, visit, "stop", status=403 if request.method == "POST" else 200)
    forever = one_click or request.POST.get("what") == "all"
    (invitations.opt_out if forever else invitations.refuse)(visit.invitation)
    return _page(request, visit, "stopped", forever=forever)


@public
@require_safe
def privacy(request):
    return _page(request, Visit(request.path), "privacy")


# What a visitor meets --------------------------------------------------------------------------------


def _answer(request, visit):
    match visit.situation:
        case Situation.READY if request.method == "POST":
            return _take(request, visit)
        case Situation.READY:
            return _show(request, visit)
        case Situation.DONE:
            return _received(request, visit, visit.receipt)
        case Situation.CLOSED:
            return _closed(request, visit)
        case Situation.NOT_YET:
            return _page(request, visit, "not_yet")
    return _unknown(request, visit)


def _show(request, visit):
    part = request.GET.get("part")
    if not part and not visit.draft.payload and len(visit.instrument.sections) > 1:
        return _same(request, visit, "welcome")
    return _sheet(request, visit, visit.sheet(part))


def _sheet(request, visit, sheet, *, status=200, note=""):
    """One section to fill in. ``submit_key`` is made with the first page and goes along until the receipt."""
    key = request.POST.get("key") or str(uuid.uuid4())
    if request.method != "POST" and not visit.draft.rev:
        return _same(request, visit, "section", sheet=sheet, key=key, csrf_token=get_token(request))
    return _page(request, visit, "section", status=status, sheet=sheet, key=key, note=note)


def _take(request, visit):
    """Next, back, another language, or the end: keep what was typed, then go there."""
    visit.wish = visit.may_wish and request.POST.get("wish") == "1"
    post, sheet = request.POST, visit.posted(request.POST)
    if guard.is_forged(request):
        return _sheet(request, visit, sheet, status=403, note=_("Please press the button once more."))
    language, is_back = post.get("language") in dict(settings.LANGUAGES), post.get("go") == "back"
    if language:
        translation.activate(post["language"])
    elif not is_back:
        if sheet.next_index is None:
            return _submit(request, visit, sheet)
        sheet.find_errors()
    visit.keep(sheet, _revision(request))
    if sheet.errors:
        return _sheet(request, visit, sheet, status=422)
    if not language:
        sheet.turn(back=is_back)
    if visit.keeps_draft:
        return _remember_language(request, redirect(f"{visit.home}?part={sheet.number}"))
    return _sheet(request, visit, sheet)


def _submit(request, visit, sheet):
    try:
        receipt = answering.submit(
            payload=sheet.payload, invitation=visit.invitation, wave=visit.wave,
            submit_key=request.POST.get("key"), language=translation.get_language(),
            wish=visit.wish,
        )  # fmt: skip
    except answering.Invalid as invalid:
        visit.keep(sheet, _revision(request))
        sheet.show_errors(invalid.errors)
        return _sheet(request, visit, sheet, status=422, note=invalid.errors.get("", ""))
    except answering.NotTaken:
        return _closed(request, visit)
    if visit.is_personal:
        return receipts.give(redirect(visit.home), visit, receipt.code)
    return redirect("respond:received", visit.wave.open_code, receipts.sign(visit, receipt.code))


def _received(request, visit, receipt):
    return _same(request, visit, "received", **({"receipt": receipt} if receipt else {}))


def _closed(request, visit):
    """The wave takes no more answers; what was typed is shown, so that it can be copied."""
    payload = visit.draft.payload | read_post(visit.instrument, request.POST)
    return _page(request, visit, "closed", typed=transcript(visit.instrument, payload))


def _unknown(request, visit):
    """One page for links that never were, ran out or were taken back; it helps whoever got one from us."""
    if guard.too_many_bad_links(request):
        response = render(request, "errors/429.html", status=429)
        response.headers["Retry-After"] = str(guard.WINDOW)
        return response
    words = [text for name, text in request.POST.items() if name.startswith("q_") and not text.isdecimal()]
    return _page(request, visit, "unknown", status=404, typed="\n\n".join(filter(None, words)))


def _revision(request):
    text = request.POST.get("rev", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _page(request, visit, name, *, status=200, **context):
    context |= {"visit": visit, "wave": visit.wave}
    response = render(request, f"surveys/public/{name}.html", context, status=status)
    return _remember_language(request, response)


def _same(request, visit, name, **holes):
    return _remember_language(request, HttpResponse(frames.filled(request, visit, name, **holes)))


def _remember_language(request, response):
    """A language chosen on these pages holds for the next ones."""
    language = request.POST.get("language") or request.GET.get("lang")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE, httponly=True, samesite="Lax",
        )  # fmt: skip
    return response
