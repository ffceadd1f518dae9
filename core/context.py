"""What every page knows."""

from django.conf import settings

from core import nav
from core.i18n import suffix

EXTRAS = {}


def add(name, value):
    """An upper app gives every page of a signed-in person ``name``: ``value(user)``."""
    EXTRAS[name] = value


def portal(request):
    user = getattr(request, "user", None)
    name = settings.PORTAL[f"name_{suffix()}"]
    context = {"portal_name": name, "portal": settings.PORTAL, "languages": settings.LANGUAGES, "theme": theme(request)}
    if user is not None and user.is_authenticated and not getattr(request, "htmx", False):
        context |= {"nav": nav.build(request)} | {name: value(user) for name, value in EXTRAS.items()}
    return context


def theme(request):
    """light, dark or auto (the device decides)."""
    wanted = request.COOKIES.get("theme", "auto")
    return wanted if wanted in ("light", "dark") else "auto"
