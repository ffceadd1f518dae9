"""What every page knows."""

from django.conf import settings

from core import nav
from core.counters import count_all
from core.i18n import suffix

COUNTERS = {}


def add_counter(name, rows):
    """An upper app gives every page of a signed-in person ``name``: how many ``rows(user)`` (a queryset) there are."""
    COUNTERS[name] = rows


def portal(request):
    """Once per request: a page may hold parts that are drawn with a context of their own."""
    if "_portal" not in request.__dict__:
        request._portal = _portal(request)
    return request._portal


def _portal(request):
    user = getattr(request, "user", None)
    name = settings.PORTAL[f"name_{suffix()}"]
    context = {"portal_name": name, "portal": settings.PORTAL, "languages": settings.LANGUAGES, "theme": theme(request)}
    if user is not None and user.is_authenticated and not getattr(request, "htmx", False):
        counted = _counted(user)
        context |= {"nav": nav.build(request, counted)} | {name: counted.get(name, 0) for name in COUNTERS}
    return context


def _counted(user):
    """Counters of the navigation by entry, those of upper apps by name."""
    asked = {entry: entry.count(user) for entry in nav.used_by(user) if entry.count}
    return count_all(asked | {name: rows(user) for name, rows in COUNTERS.items()})


def theme(request):
    """light, dark or auto (the device decides)."""
    wanted = request.COOKIES.get("theme", "auto")
    return wanted if wanted in ("light", "dark") else "auto"
