"""Language, headers, and refusals turned into answers, so that views hold no ``try``."""

import sys

from django import forms
from django.conf import settings
from django.contrib import messages
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from core.context import count_anew
from core.errors import bad_request
from core.workflow import InvalidTransition, LostRace


class PortalLocale(LocaleMiddleware):
    """Cookie (set from the profile at login) first, then ``?lang=`` on customers' pages, then the browser, then Chinese."""

    def process_request(self, request):
        wanted = request.GET.get("lang") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if wanted in dict(settings.LANGUAGES):
            translation.activate(wanted)
        else:
            translation.activate(translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()


class ResponseHeaders:
    """What every answer carries, errors included."""

    POLICY = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", self.POLICY)
        for name, value in getattr(request, "profile_to_browser", {}).items():
            response.set_cookie(
                name, value, max_age=settings.LANGUAGE_COOKIE_AGE, secure=settings.SECURE, httponly=True, samesite="Lax"
            )
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class Refusals:
    """An address that no database can hold is refused. A step that is not possible, or that somebody else took
    first, becomes a message on the page one came from.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return bad_request(request)
        response = self.get_response(request)
        if (
            request.method == "POST"
            and settings.SESSION_COOKIE_NAME in request.COOKIES
            and request.user.is_authenticated
        ):
            count_anew(request.user)
        return response

    def process_exception(self, request, exception):
        if not isinstance(exception, InvalidTransition):
            return None
        if isinstance(exception, LostRace) and exception.events:
            context = {
                "reason": str(exception),
                "events": exception.events,
                "typed": _typed(request),
                "back": request.path,
            }
            return render(request, "errors/lost_race.html", context, status=409)
        messages.error(request, str(exception))
        back = request.META.get("HTTP_REFERER", "")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
            back = "/"
        return redirect(back)


NEVER_TYPED = {"csrfmiddlewaretoken", "version", "acknowledge", "act"}
WORDLESS = (forms.ModelChoiceField, forms.BooleanField)


def _typed(request):
    """(label, text) of each field that was filled in; ticks and rows of a list hold no words to lose."""
    fields, found = _fields(request), []
    for name, values in request.POST.lists():
        field = fields.get(name)
        if name in NEVER_TYPED or isinstance(field, WORDLESS) or not any(values):
            continue
        words = {str(key): str(word) for key, word in getattr(field, "choices", ())}
        label = getattr(field, "label", None) or name.replace("_", " ").capitalize()
        found.append((label, ", ".join(words.get(value, value) for value in values)))
    return found


def _fields(request):
    """Fields by name, of the forms that the view's module knows; the form that fits best has the say."""
    module = sys.modules[request.resolver_match.func.__module__]
    known = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, forms.BaseForm)]
    known.sort(key=lambda form: len(form.base_fields.keys() & request.POST.keys()))
    return {name: field for form in known for name, field in form.base_fields.items()}
