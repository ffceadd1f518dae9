"""What every page knows."""

import logging
from contextlib import suppress

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import get_language
from redis.exceptions import RedisError

from core import nav
from core.counters import count_all
from core.i18n import suffix

COUNTERS = {}
log = logging.getLogger(__name__)


def add_counter(name, rows):
    """An upper app gives every page of a signed-in person ``name``: how many ``rows(user)`` (a queryset) there are."""
    COUNTERS[name] = rows


def portal(request):
    """Once per request, person and language: a page may hold parts that are drawn with a context of their own."""
    made = request.__dict__.setdefault("_portal", {})
    key = (getattr(getattr(request, "user", None), "pk", None), get_language())
    if key not in made:
        made[key] = _portal(request)
    return made[key]


def _portal(request):
    user = getattr(request, "user", None)
    name = settings.PORTAL[f"name_{suffix()}"]
    context = {"portal_name": name, "portal": settings.PORTAL, "languages": settings.LANGUAGES, "theme": theme(request)}
    if user is not None and user.is_authenticated and not getattr(request, "htmx", False):
        counted = _counted(user)
        context |= {"nav": nav.build(request, counted)} | {name: counted.get(name, 0) for name in COUNTERS}
    return context


def _counted(user):
    """Counters of the navigation by entry, those of upper apps by name; a few seconds old, but for what the person did."""
    entries = {f"{entry.section} {entry.url_name}": entry for entry in nav.used_by(user) if entry.count}
    numbers = kept(user, lambda: count_all(
        {key: entry.count(user) for key, entry in entries.items()} | {name: rows(user) for name, rows in COUNTERS.items()}
    ))  # fmt: skip
    return {entries.get(key, key): number for key, number in numbers.items()}


def kept(user, count):
    """The numbers of ``count()``, at most ``COUNTERS_SECONDS`` old."""
    if not settings.COUNTERS_SECONDS:
        return count()
    key = f"counters:{user.pk}"
    try:
        found = cache.get(key)
        if found is None:
            found = count()
            cache.set(key, found, settings.COUNTERS_SECONDS)
    except (RedisError, OSError) as away:
        log.warning("counters are counted anew, the cache is away: %s", away)
        return count()
    return found


def count_anew(user):
    """What the person just did shows at once."""
    if settings.COUNTERS_SECONDS:
        with suppress(RedisError, OSError):
            cache.delete(f"counters:{user.pk}")


def theme(request):
    """light, dark or auto (the device decides)."""
    wanted = request.COOKIES.get("theme", "auto")
    return wanted if wanted in ("light", "dark") else "auto"
