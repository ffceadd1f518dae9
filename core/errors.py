"""Error pages: what happened, what was kept, what to do."""

import sys

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _


def bad_request(request, exception=None):
    return render(request, "errors/400.html", status=400)


def refused(request, exception=None):
    reason = getattr(exception, "reason", "") or _("You may not do this.")
    return render(request, "errors/403.html", {"reason": reason}, status=403)


def not_found(request, exception=None):
    return render(request, "errors/404.html", status=404)


def csrf_failed(request, reason=""):
    return render(request, "errors/csrf.html", status=403)


def too_many(request, seconds=60):
    """429 with the number of seconds after which it is worth trying again."""
    response = render(request, "errors/429.html", {"seconds": seconds}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def server_error(request):
    """500, or 503 while the database is away; drawn without the database where it cannot be asked."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    template, status = ("errors/503.html", 503) if away else ("errors/500.html", 500)
    try:
        response = render(request, template, status=status)
    except DatabaseError:
        response = HttpResponse(loader.render_to_string(template, {"theme": "auto"}), status=status)
    if away:
        response.headers["Retry-After"] = "10"
    return response
