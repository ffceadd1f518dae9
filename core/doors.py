"""What stands before public forms: forged posts, and too many of them."""

import ipaddress
import math
import time
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core.cache import caches
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.crypto import salted_hmac
from redis import Redis
from redis.exceptions import RedisError

PAID_SECONDS = 3600

# All buckets give, or none does; each key holds the moment at which its bucket is full again.
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local wait, full = 0, {}
for i = 2, #KEYS do
  full[i] = math.max(tonumber(redis.call('GET', KEYS[i]) or 0), now) + tonumber(ARGV[2 * i - 2])
  wait = math.max(wait, full[i] - now - tonumber(ARGV[2 * i - 1]))
end
if wait > 0.001 then return math.ceil(wait) end
for i = 2, #KEYS do redis.call('SET', KEYS[i], string.format('%.6f', full[i]), 'EX', ARGV[2 * i - 1] + 1) end
if KEYS[1] ~= '' then redis.call('SET', KEYS[1], 1, 'EX', ARGV[1]) end
return 0
"""


class _Check(CsrfViewMiddleware):
    def _reject(self, request, reason):
        return reason


def is_forged(request):
    """Whether a post lacks this site's CSRF token.

    Views that ask here are exempt from the middleware, so that a refusal can keep what was typed.
    """
    return _Check(lambda _request: None).process_view(request, None, (), {}) is not None


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


@dataclass(frozen=True)
class Bucket:
    """Holds ``most`` tokens (0: it never runs empty) and fills up again within ``seconds``."""

    name: str
    most: int
    seconds: int = 600

    @classmethod
    def of_network(cls, name, request, most, seconds=600):
        """One for each network, which is kept as a keyed hash."""
        return cls(f"{name}:{salted_hmac('core.doors', network_of(request)).hexdigest()[:32]}", most, seconds)

    @property
    def step(self):
        return self.seconds / self.most


def take(*buckets, once=""):
    """Take a token from every bucket, or from none. Returns the seconds to wait, 0 when they were taken.

    What was paid for under the name ``once`` is free for an hour: a form that is sent again. Counted in the shared
    cache, and per process while that is away.
    """
    buckets = [one for one in buckets if one.most]
    if not buckets:
        return 0
    try:
        return _take_shared(buckets, once)
    except (RedisError, OSError):
        return _take_here(buckets, once)


def _take_shared(buckets, once):
    cache = caches["default"]
    keys = [cache.make_key(f"paid:{once}") if once else "", *(cache.make_key(f"bucket:{one.name}") for one in buckets)]
    sizes = [PAID_SECONDS]
    for one in buckets:
        sizes += [one.step, one.seconds]
    return int(_script(cache._cache._get_connection_pool(write=True))(keys=keys, args=sizes))


@lru_cache(maxsize=4)
def _script(pool):
    return Redis(connection_pool=pool).register_script(TAKE)


def _take_here(buckets, once):
    cache, now = caches["local"], time.time()
    if once and cache.get(f"paid:{once}"):
        return 0
    full = {one: max(cache.get(f"bucket:{one.name}", 0), now) + one.step for one in buckets}
    wait = max(moment - now - one.seconds for one, moment in full.items())
    if wait > 0.001:
        return math.ceil(wait)
    for one, moment in full.items():
        cache.set(f"bucket:{one.name}", moment, one.seconds + 1)
    if once:
        cache.set(f"paid:{once}", 1, PAID_SECONDS)
    return 0
