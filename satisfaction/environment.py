"""Typed readers of environment variables. A bad value stops the start and names the cure."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from core import contrast

MOST_PICTURE = 50 * 1024  # a page of a questionnaire is light


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


def colour(name, default):
    """A colour that white text can be read on and that can be read on white, as WCAG 2.2 asks."""
    value = text(name, "") or default
    try:
        found = contrast.ratio(value, contrast.WHITE)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is no colour. Write it as #rrggbb, for example {default}.")
    if found < contrast.LEAST:
        raise ImproperlyConfigured(
            f"{name}={value}: with white its contrast is {found:.2f} to 1; text needs {contrast.LEAST} to 1 (WCAG 2.2, 1.4.3). "
            f"The nearest colour that passes is {contrast.nearest(value)}."
        )
    return value.lower()


def picture(name):
    """Path of a small PNG, or "" where none is named."""
    value = text(name, "")
    if not value:
        return ""
    try:
        content = Path(value).read_bytes()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}={value!r} cannot be read ({error.strerror}). Name a readable PNG file.")
    if not content.startswith(b"\x89PNG\r\n") or len(content) > MOST_PICTURE:
        raise ImproperlyConfigured(
            f"{name}={value!r} is no PNG of at most {MOST_PICTURE // 1024} KB. Export it smaller, as PNG."
        )
    return value


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


MAILBOX_FORM = "imaps://user@mail.example.com/INBOX"


def mailbox(name, purpose):
    """[] or [one mailbox] for NAME_URL = imaps://user@host:993/folder (imap:// for STARTTLS) and NAME_PASSWORD."""
    value = text(f"{name}_URL", "")
    if not value:
        return []
    parts = urlsplit(value)
    options = dict(parse_qsl(parts.query))
    hidden = value.replace(f":{parts.password}@", ":…@") if parts.password else value
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        raise ImproperlyConfigured(f"{name}_URL={hidden!r} is not understood. Use {MAILBOX_FORM}.")
    password = text(f"{name}_PASSWORD") or unquote(parts.password or "")
    if not password:
        raise ImproperlyConfigured(
            f"{name}_URL is set without a password. Give {name}_PASSWORD, or {name}_PASSWORD_FILE with a file that holds it."
        )
    if options.get("tls", "1") not in ("0", "1") or set(options) - {"tls"}:
        raise ImproperlyConfigured(f"{name}_URL={hidden!r}: only ?tls=0 or ?tls=1 can follow the folder.")
    is_plain = options.get("tls") == "0"
    if is_plain and (parts.scheme == "imaps" or parts.hostname not in ("127.0.0.1", "::1", "localhost")):
        raise ImproperlyConfigured(
            f"{name}_URL={hidden!r} would send the password in the clear. Leave ?tls=0 away, or use imaps://."
        )
    try:
        port = parts.port or (993 if parts.scheme == "imaps" else 143)
    except ValueError:
        raise ImproperlyConfigured(f"{name}_URL: the port is not a number. Use {MAILBOX_FORM}.")
    return [{
        "name": purpose, "purpose": purpose, "host": parts.hostname, "port": port, "user": unquote(parts.username),
        "password": password, "folder": unquote(parts.path.lstrip("/")) or "INBOX",
        "security": "tls" if parts.scheme == "imaps" else "none" if is_plain else "starttls",
    }]  # fmt: skip
