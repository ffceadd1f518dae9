"""What stands before a link that opens nothing: guessing of links."""

from django.conf import settings
from django.core.cache import caches
from django.utils.crypto import salted_hmac

from core.doors import is_forged, network_of

__all__ = ["is_forged", "too_many_bad_links"]
WINDOW = 600  # seconds
MOST_BAD_LINKS = 30  # per network and window, where settings name no other figure


def too_many_bad_links(request):
    """Count one more bad link of this network; whether it has had its share. Good links are never counted.

    Counted in the shared cache, and per process while that is away. The network is kept as a keyed hash.
    """
    key = "bad-links:" + salted_hmac("surveys.bad_links", network_of(request)).hexdigest()[:32]
    try:
        count = _count(caches["default"], key)
    except Exception:  # noqa: BLE001 (whatever keeps the cache away, the limit holds)
        count = _count(caches["local"], key)
    return count > getattr(settings, "BAD_LINKS_PER_10_MINUTES", MOST_BAD_LINKS)


def _count(cache, key):
    cache.add(key, 0, WINDOW)
    return cache.incr(key)
