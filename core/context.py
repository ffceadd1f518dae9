"""What every page knows."""

from django.conf import settings

from core import nav
from core.i18n import suffix


def portal(request):
    user = getattr(request, "user", None)
    name = settings.PORTAL[f"name_{suffix()}"]
    context = {"portal_name": name, "portal": settings.PORTAL, "languages": settings.LANGUAGES, "theme": theme(request)}
    if user is not None and user.is_authenticated and not getattr(request, "htmx", False):
        from notifications.selectors import unread_count

        context |= {"nav": nav.build(request), "inbox_count": unread_count(user)}
    return context


def theme(request):
    """light, dark or auto (the device decides)."""
    wanted = request.COOKIES.get("theme", "auto")
    return wanted if wanted in ("light", "dark") else "auto"
