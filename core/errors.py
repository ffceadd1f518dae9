"""Error pages: what happened, what was kept, what to do."""

from django.shortcuts import render
from django.utils.translation import gettext as _


def bad_request(request, exception=None):
    return render(request, "errors/400.html", status=400)


def refused(request, exception=None):
    reason = getattr(exception, "reason", "") or _("You may not do this.")
    return render(request, "errors/403.html", {"reason": reason}, status=403)


def not_found(request, exception=None):
    return render(request, "errors/404.html", status=404)


def server_error(request):
    return render(request, "errors/500.html", status=500)
