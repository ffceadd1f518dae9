"""One settings module. Everything that differs between machines comes from the environment (.env.example lists it)."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from satisfaction import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var")))

DEBUG = env.flag("DEBUG", False)
SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Give a long random value, or SECRET_KEY_FILE with a file that holds it."
    )
KEYS_DIR = Path(env.text("KEYS_DIR", str(DATA_DIR / "keys")))
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
BASE_URL = env.text("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
if not BASE_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(
        f"BASE_URL={BASE_URL!r} must begin with http:// or https://, for example https://portal.example.com."
    )
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE = BASE_URL.startswith("https://")
PROXY_COUNT = env.whole("PROXY_COUNT", 0)  # how many of our own proxies stand in front; 0: X-Forwarded-* is ignored

INSTALLED_APPS = [
    "dashboard",
    "reports",
    "appraisal",
    "improvements",
    "fieldwork",
    "complaints",
    "surveys",
    "customers",
    "accounts",
    "notifications",
    "core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "rules.apps.AutodiscoverRulesConfig",
    "template_partials.apps.SimpleAppConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.ResponseHeaders",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.PortalLocale",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.Refusals",
]

ROOT_URLCONF = "satisfaction.urls"
WSGI_APPLICATION = "satisfaction.wsgi.application"
ASGI_APPLICATION = "satisfaction.asgi.application"

_loaders = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", [("django.template.loaders.cached.Loader", _loaders)])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.portal",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "core.templatetags.ui",
            ],
        },
    },
]
FORM_RENDERER = "core.rendering.PortalRenderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "components/table.html"
X_FRAME_OPTIONS = "DENY"

# Two roles: `default` works, `owner` migrates. See docs/adr/0002.
_database_url = env.text("DATABASE_URL")
if not _database_url:
    raise ImproperlyConfigured(
        "DATABASE_URL is not set. `make run` sets it, or give postgresql://user:password@host:5432/name."
    )
_owner_url = env.text("DATABASE_OWNER_URL", _database_url)
_connection = {
    "CONN_MAX_AGE": env.whole("DATABASE_CONNECTION_SECONDS", 60),
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
}
DATABASES = {
    "default": env.database("DATABASE_URL", _database_url) | _connection,
    "owner": env.database("DATABASE_OWNER_URL", _owner_url) | {"CONN_MAX_AGE": 0},
}
for _settings in DATABASES.values():
    _settings["OPTIONS"].setdefault("connect_timeout", "3")
DATABASES["owner"]["TEST"] = {"DEPENDENCIES": []}
DATABASES["default"]["TEST"] = {"DEPENDENCIES": ["owner"]}
DATABASE_ROUTERS = ["core.db.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_cache_url, CELERY_BROKER_URL = env.redis(env.text("REDIS_URL", "redis://127.0.0.1:6379/0"))
REDIS_URL = _cache_url
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _cache_url,
        "OPTIONS": {"socket_timeout": 0.3, "socket_connect_timeout": 0.3},
        "KEY_PREFIX": "portal",
    },
    # What a request must be able to do without Redis (allauth's second-net limits).
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = env.whole("SESSION_SECONDS", 12 * 3600)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * 86400
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
SECURE_HSTS_SECONDS = 365 * 86400 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"  # no-referrer would send `Origin: null` with every form
CSRF_FAILURE_VIEW = "core.errors.csrf_failed"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "accounts.backends.ActiveRoles",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:home"
ACCOUNT_ADAPTER = "accounts.adapter.PortalAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody signs up here, and strangers get no mail of ours
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "reset_password": "20/m/ip,5/m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
USERSESSIONS_TRACK_ACTIVITY = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
FORMAT_MODULE_PATH = ["core.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(DATA_DIR / "media")))
HASHED_STATIC = env.flag("HASHED_STATIC", False)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not HASHED_STATIC
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 3600
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "br", "woff", "woff2", "ttf")
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

vars().update(env.email(env.text("EMAIL_URL", f"file://{DATA_DIR / 'mail'}")))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "portal@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_PER_DOMAIN_PER_MINUTE = env.whole("MAIL_PER_DOMAIN_PER_MINUTE", 30000)  # a provider's limit goes here

# Mail that comes in: complaints and enquiries; returned mails where they have a mailbox of their own. None: none is read.
MAILBOXES = [*env.mailbox("SERVICE_MAILBOX", "service"), *env.mailbox("BOUNCE_MAILBOX", "bounces")]
INBOUND_MAX_BYTES = env.whole("INBOUND_MAX_MB", 25) * 2**20  # of a larger mail only the headers are stored
BOUNCE_ADDRESS = env.text("BOUNCE_ADDRESS", "")  # bounces@example.com: returned mail names its message (VERP)
if BOUNCE_ADDRESS and (BOUNCE_ADDRESS.count("@") != 1 or "+" in BOUNCE_ADDRESS):
    raise ImproperlyConfigured(
        f"BOUNCE_ADDRESS={BOUNCE_ADDRESS!r} is no plain mail address. Use for example bounces@example.com."
    )

# What the company is called; shown on customers' pages, mails and papers.
PORTAL = {
    "name_zh": env.text("PORTAL_NAME_ZH", "知行培训"),
    "name_en": env.text("PORTAL_NAME_EN", "Zhixing Training"),
    "phone": env.text("PORTAL_PHONE", "400-555-0123"),
    "email": env.text("PORTAL_EMAIL", DEFAULT_FROM_EMAIL),
    "colour": env.colour(
        "PORTAL_COLOUR", "#0f766e"
    ),  # customers' pages, mails and papers; refused where it cannot be read
    "logo": env.picture("PORTAL_LOGO"),
}
PORTAL["is_branded"] = PORTAL["colour"] != "#0f766e"
COUNTERS_SECONDS = env.whole(
    "COUNTERS_SECONDS", 10
)  # counters of the navigation are kept so long; 0: counted for every page
AWAY_SECONDS = env.whole("AWAY_SECONDS", 60)  # who stands in for whom is remembered so long; 0: asked for every page
BAD_LINKS_PER_10_MINUTES = env.whole("BAD_LINKS_PER_10_MINUTES", 30)  # guesses at questionnaire links, per network
VOICE_PER_10_MINUTES = env.whole("VOICE_PER_10_MINUTES", 3000)  # complaints and suggestions by web form
VOICE_OF_NETWORK_PER_10_MINUTES = env.whole("VOICE_OF_NETWORK_PER_10_MINUTES", 60)
VOICE_SECONDS = env.whole("VOICE_SECONDS", 3)  # nobody fills in that form faster
TRACKING_OF_NETWORK_PER_10_MINUTES = env.whole("TRACKING_OF_NETWORK_PER_10_MINUTES", 30)
CONTACT_VERIFIED_DAYS = env.whole(
    "CONTACT_VERIFIED_DAYS", 365
)  # contact data not checked for so long are flagged before sampling
CONTACT_REST_DAYS = env.whole("CONTACT_REST_DAYS", 30)  # a new wave leaves in peace who was asked within so many days
RETENTION_YEARS = env.whole("RETENTION_YEARS", 3)  # survey material is kept so long, where its plan says nothing else
THIRD_PARTY_TYPES = env.names("THIRD_PARTY_TYPES", [])  # customer types whom only a third party may ask (SUR-08)
SUPPRESSION_SCORES = env.whole("SUPPRESSION_SCORES", 5)  # groups smaller than this are not shown (PRV-05)
SUPPRESSION_TEXTS = env.whole("SUPPRESSION_TEXTS", 10)

# Celery only carries; the truth is in rows. Times and reasons: docs/adr/0003.
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no_tokens": {"()": "core.logs.HideTokens"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_tokens"]}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
    },
}
TEST_RUNNER = "django.test.runner.DiscoverRunner"
