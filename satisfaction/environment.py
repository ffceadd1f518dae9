"""Typed readers of environment variables. A bad value stops the start and names the cure."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name, default=None):
    """Value of NAME, or the contents of the file that NAME_FILE names, or the default."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE={path!r} cannot be read ({error.strerror}). Give a readable file or set {name}."
            )
    return os.environ.get(name, default)


def flag(name, default=False):
    value = text(name, "")
    if value == "":
        return default
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("0", "false", "no", "off"):
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no. Use 1 or 0.")


def whole(name, default):
    value = text(name, "")
    if value == "":
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number. Use digits, for example {default}.")


def names(name, default=()):
    value = text(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] if value else list(default)


def database(name, value):
    """Django's settings for a postgresql:// URL; the host may be a socket directory (?host=/run/…)."""
    parts = urlsplit(value)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(
            f"{name}={value.split('@')[-1]!r} is not a PostgreSQL address. Use postgresql://user:password@host:5432/name."
        )
    options = dict(parse_qsl(parts.query))
    base = parts.path.lstrip("/")
    if not base:
        raise ImproperlyConfigured(f"{name} names no database. Add it after the host: postgresql://user@host/name.")
    try:
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name}: the port is not a number. Use postgresql://user@host:5432/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(base),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or parts.hostname or "",
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def redis(value):
    """(cache URL, Celery URL) for redis://host:port/0 or unix:///path/to.sock."""
    scheme = urlsplit(value).scheme
    if scheme == "unix":
        return value, "redis+socket://" + value.removeprefix("unix://")
    if scheme in ("redis", "rediss"):
        return value, value
    raise ImproperlyConfigured(
        f"REDIS_URL={value!r} is not understood. Use redis://host:6379/0 or unix:///path/to.sock."
    )


def email(value):
    """Django's mail settings for smtp://user:password@host:25?tls=1, or file:///folder."""
    parts = urlsplit(value)
    if parts.scheme == "file":
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": parts.path}
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured(
            f"EMAIL_URL={value!r} is not understood. Use smtp://user:password@host:587?tls=1 or file:///folder."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": options.get("tls") == "1",
    }
