"""System checks of the portal's own conditions. Each id and its cure is in docs/operations.md.

Those that touch running servers carry the tag ``database``: they run in ``migrate`` and with
``check --database default``.
"""

import shutil
from datetime import timedelta

import redis
from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections
from django.utils import timezone

from core.crypto import _keys

SAMPLE_SECRET = "change-me"  # noqa: S105 (how .env.example begins its value)
FONT = settings.BASE_DIR / "static" / "fonts" / "NotoSansSC-Regular.ttf"
CLOCK_SKEW = timedelta(seconds=2)
DRILL_DAYS = 8


@register(Tags.security, deploy=True)
def secret_key_is_own(app_configs, **kwargs):
    if settings.SECRET_KEY.startswith(SAMPLE_SECRET):
        return [
            Error(
                "SECRET_KEY is the sample value.",
                hint="Give a long random value of your own.",
                id="core.E001",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def encryption_keys_exist(app_configs, **kwargs):
    try:
        written, _current, index = _keys(settings.KEYS_DIR)
    except ImproperlyConfigured as error:
        return [Error(str(error), id="core.E002")]
    secret = settings.SECRET_KEY.encode()
    if secret in (*written.values(), index):
        hint = "The two protect different things; make keys with manage.py make_keys."
        return [Error("An encryption key equals SECRET_KEY.", hint=hint, id="core.E003")]
    return []


@register()
def celery_is_real(app_configs, **kwargs):
    if getattr(settings, "CELERY_TASK_ALWAYS_EAGER", False) or settings.CELERY_BROKER_URL.startswith("memory"):
        hint = "Point REDIS_URL at a Redis or Valkey; make run starts one."
        return [Error("Celery runs tasks inside requests or forgets them.", hint=hint, id="core.E004")]
    return []


@register()
def chinese_font_exists(app_configs, **kwargs):
    if not FONT.exists():
        hint = "Restore static/fonts from the repository."
        return [Error(f"{FONT.name} is missing: Chinese PDFs would show boxes.", hint=hint, id="core.E005")]
    return []


@register(deploy=True)
def disk_has_room(app_configs, **kwargs):
    directory = next((path for path in (settings.MEDIA_ROOT, *settings.MEDIA_ROOT.parents) if path.exists()), "/")
    usage = shutil.disk_usage(directory)
    if usage.free < usage.total / 10:
        hint = "Free some, or move MEDIA_ROOT."
        return [Warning(f"Less than a tenth of the disk under {directory} is free.", hint=hint, id="core.W006")]
    return []


@register(Tags.database)
def broker_keeps_messages(app_configs, databases, **kwargs):
    if not databases:
        return []
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as client:
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    except (redis.RedisError, OSError) as error:
        return [Warning(f"The broker does not answer ({error}).", hint="Check REDIS_URL.", id="core.W007")]
    if policy != "noeviction":
        hint = "Set maxmemory-policy noeviction; Celery's own keys could be evicted."
        return [Error(f"The broker evicts keys ({policy}).", hint=hint, id="core.E008")]
    return []


def _ask(databases, question, table, values=None):
    """First row of a question to the first named database; None where the table is not there yet."""
    for alias in databases or ():
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT to_regclass(%s)", [table])
                if cursor.fetchone()[0] is None:
                    return None
                cursor.execute(question, values)
                return cursor.fetchone()
        except DatabaseError:
            return None
    return None


@register(Tags.database)
def clocks_agree(app_configs, databases, **kwargs):
    row = _ask(databases, "SELECT clock_timestamp()", "pg_class")
    if row and abs(timezone.now() - row[0]) > CLOCK_SKEW:
        hint = "Keep both machines' clocks by NTP; deadlines depend on them."
        return [Warning("The database server's clock differs by more than 2 s.", hint=hint, id="core.W009")]
    return []


@register(Tags.database, deploy=True)
def backup_was_drilled(app_configs, databases, **kwargs):
    row = _ask(databases, "SELECT max(at) FROM core_heartbeat WHERE name = 'backup_drill'", "core_heartbeat")
    if row and (row[0] is None or timezone.now() - row[0] > timedelta(days=DRILL_DAYS)):
        hint = "Run manage.py restore DIR --drill on the latest backup."
        return [Warning(f"No backup was proved restorable in {DRILL_DAYS} days.", hint=hint, id="core.W010")]
    return []


@register(Tags.database)
def working_years_are_loaded(app_configs, databases, **kwargs):
    year = timezone.localdate().year
    question = "SELECT count(DISTINCT year) FROM core_calendaryear WHERE year IN (%s, %s)"
    row = _ask(databases, question, "core_calendaryear", (year, year + 1))
    if row and row[0] < 2:
        text = f"The working calendar does not hold {year} and {year + 1}."
        hint = "Run manage.py load_calendar; plain weekdays count meanwhile."
        return [Warning(text, hint=hint, id="core.W011")]
    return []
