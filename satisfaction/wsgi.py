"""WSGI door."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satisfaction.settings")
application = get_wsgi_application()

# All views are loaded before the first request, and what is loaded stays: the collector need not walk it again and
# again. A request makes some ten thousand short-lived objects; the default of 700 looks for cycles a dozen times in each.
get_resolver().url_patterns  # noqa: B018 (read for what reading loads)
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 10, 10)
