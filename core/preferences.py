"""Language and appearance: kept in a cookie and, for people with a login, in their profile."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from core.access import public

THEMES = ("light", "dark", "auto")
THEME_COOKIE = "theme"


def back(request):
    """The page one came from, if it is ours."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if safe else "/")


def remember(request, response, *, cookie, field, value):
    age, secure = settings.LANGUAGE_COOKIE_AGE, settings.LANGUAGE_COOKIE_SECURE
    response.set_cookie(cookie, value, max_age=age, secure=secure, httponly=True, samesite="Lax")
    user = request.user
    if user.is_authenticated and getattr(user, field) != value:
        get_user_model().objects.filter(pk=user.pk).update(**{field: value})
    return response


@public
@require_POST
def set_language(request):
    language = request.POST.get("language")
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    cookie = settings.LANGUAGE_COOKIE_NAME
    return remember(request, back(request), cookie=cookie, field="language", value=language)


@public
@require_POST
def set_theme(request):
    theme = request.POST.get("theme")
    if theme not in THEMES:
        return HttpResponseBadRequest()
    return remember(request, back(request), cookie=THEME_COOKIE, field="theme", value=theme)
