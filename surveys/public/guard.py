"""What stands before a public form: forged posts, and guessing of links."""

import ipaddress

from django.conf import settings
from django.core.cache import caches
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.crypto import salted_hmac

WINDOW = 600  # seconds
MOST_BAD_LINKS = 30  # per network and window, where settings name no other figure


class _Check(CsrfViewMiddleware):
    def _reject(self, request, reason):
        return reason


def is_forged(request):
    """Whether a post lacks this site's CSRF token.

    The views are exempt from the middleware and ask here, so that a refusal can keep what was typed.
    """
    return _Check(lambda _request: None).process_view(request, None, (), {}) is not None


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


def network_of(request):
    """The visitor's /24 or /56 network; behind our own proxies the address the outermost of them saw."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.PROXY_COUNT:
        seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        address = seen[-min(settings.PROXY_COUNT, len(seen))].strip() or address
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network(f"{address}/{24 if version == 4 else 56}", strict=False))
