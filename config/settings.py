"""Rejoinder's settings: the only settings module, and the only reader of the environment.

`docs/operations.md` lists every variable; a test holds that list against this file.
"""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

import failpoints
from config.colours import ADMIN_COLOURS
from config.devices import PERMISSIONS_POLICY
from config.schedule import SCHEDULE

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

VERSION = "0.1.0"

# --- Which house is this -------------------------------------------------------------------

ENVIRONMENT = env.str("REJOINDER_ENV", default="production")
if ENVIRONMENT not in {"development", "production"}:
    raise ImproperlyConfigured(f"REJOINDER_ENV is {ENVIRONMENT!r}: development or production")
DEVELOPMENT = ENVIRONMENT == "development"
if _failpoints := env.str("REJOINDER_FAILPOINTS", default=""):
    if not DEVELOPMENT:
        raise ImproperlyConfigured("REJOINDER_FAILPOINTS breaks the site on purpose: not here")
    failpoints.arm(Path(_failpoints))
DEBUG = False  # The house's own error pages serve both; a debug page would tell readers secrets.

DATA_DIR = Path(env.str("REJOINDER_DATA", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
BIND = env.str("REJOINDER_HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
WEB_WORKERS = env.int("WEB_WORKERS", default=1)
WEB_THREADS = env.int("WEB_THREADS", default=4)


def _generated_secret() -> str:
    """The secret of this data folder, made on first use; two processes agree on one."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=DATA_DIR, delete=False) as draft:
            draft.write(secrets.token_urlsafe(50))
        try:
            os.link(draft.name, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft.name)
    return path.read_text().strip()


SECRET_KEY = env.str("SECRET_KEY", default="") or _generated_secret()
# Whoever knows it signs in as anybody. What an example or a guide has is known to all.
_KNOWN_SECRETS = ("django-insecure", "change", "example", "insecure", "replace", "secret", "your")
if not DEVELOPMENT and (
    len(SECRET_KEY) < 50
    or len(set(SECRET_KEY)) < 10
    or SECRET_KEY.lower().startswith(_KNOWN_SECRETS)
):
    raise ImproperlyConfigured(
        "SECRET_KEY can be guessed: 50 characters or more from `openssl rand -base64 48`, say;"
        " or leave it out, and one is made and kept in the data folder"
    )
SITE_URL = env.str("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
_site = urlsplit(SITE_URL)
if _site.scheme not in {"http", "https"} or not _site.hostname:
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}: https://news.example.org, say")
SITE_NAME = env.str("SITE_NAME", default="The Rejoinder")
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_site.hostname, "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- Apps, top to bottom as the arrows point ------------------------------------------------

INSTALLED_APPS = [
    "config",
    "moderation",
    "comments",
    "articles",
    "accounts",
    "record",
    "unfold.apps.BasicAppConfig",
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "ninja",
]

MIDDLEWARE = [
    "config.middleware.ViewName",
    # Before what refuses: a refusal has a content policy too.
    "csp.middleware.CSPMiddleware",
    "config.middleware.Probes",
    "config.middleware.BodyLimit",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.middleware.OwnPagesAlone",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.ReadersClock",
    "accounts.middleware.ReadersLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.doors.Doors",
    "config.middleware.StaffSecondFactor",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "articles.context.house",
                "comments.context.waiting",
            ],
        },
    },
]

# --- Data -----------------------------------------------------------------------------------


def database_at(url: str) -> dict[str, Any]:
    """What Django is told of the database that a URL names."""
    return environ.Env.db_url_config(url)


DATABASES = {
    "default": database_at(
        env.str("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR / 'db.sqlite3'}"
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE and WAL: no lock errors among writers; FULL: a 201 survives a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
        ),
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL", default=10),
        # A database that is away costs a request three seconds and no thread half a minute, and is
        # tried anew by whoever comes next.
        "timeout": 3,
        "reconnect_timeout": 3,
    }
    # Connections that a restart of the database has broken are met by nobody.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits must hold while Redis is away, so the cache is a table.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}

# --- The fast page --------------------------------------------------------------------------

PAGE_CACHE_MB = env.int("PAGE_CACHE_MB", default=64)  # in each web process
# For so long, in seconds, a process takes a version that it has read for the present one.
VERSION_KEPT = 0.25

# --- The doorbell: Celery on Redis ----------------------------------------------------------

REDIS_DIR = DATA_DIR / "redis"
_socket_name = hashlib.sha256(str(DATA_DIR).encode()).hexdigest()[:12]
REDIS_SOCKET = Path(tempfile.gettempdir()) / f"rejoinder-{_socket_name}" / "redis.sock"
EMBEDDED_REDIS = not env.str("REDIS_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="") or f"redis+socket://{REDIS_SOCKET}"

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "bulk"
CELERY_TASK_CREATE_MISSING_QUEUES = False  # a misspelt queue would be one that nobody serves
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TASK_SOFT_TIME_LIMIT = 20
CELERY_TASK_TIME_LIMIT = 30
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A stopped or frozen broker may cost a POST half a second, never more.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 0,
    "socket_connect_timeout": 0.5,
    "socket_timeout": 0.5,
    "visibility_timeout": 120,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_BEAT_SCHEDULER = "config.beat:OneBeat"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
WORKER_READY_FILE = DATA_DIR / "run" / "worker.ready"

# --- The log --------------------------------------------------------------------------------

_head_file = env.str("LOG_HEAD_FILE", default="")
LOG_HEAD_FILE = Path(_head_file).resolve() if _head_file else None
LOG_HEAD_PUBLIC = env.bool("LOG_HEAD_PUBLIC", default=False)

# --- People ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.adapter.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True  # one address a person
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_ADAPTER = "accounts.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEVELOPMENT
MFA_TOTP_ISSUER = SITE_NAME
# accounts/limits.py counts attempts by address and mail address. Of allauth's own limits those
# stay that count what only allauth sees: failures for one account, proofs, mails to one address.
ACCOUNT_RATE_LIMITS = {
    **dict.fromkeys(("login", "signup", "reset_password", "request_login_code"), ""),
    "reset_password_from_key": "",
    "login_failed": "5/300s/key",
}
# Raised for load tests, never switched off.
RELAXED_LIMITS = env.bool("REJOINDER_RELAXED_SIGN_IN_LIMITS", default=False)
STAFF_SECOND_FACTOR = not DEVELOPMENT
USERSESSIONS_TRACK_ACTIVITY = False
# Providers by settings alone: a JSON object in allauth's own form, and the apps to load.
SOCIALACCOUNT_PROVIDERS = env.json("SOCIAL_PROVIDERS", default={})
INSTALLED_APPS += [f"allauth.socialaccount.providers.{name}" for name in SOCIALACCOUNT_PROVIDERS]

SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Mail -----------------------------------------------------------------------------------

MAIL_DIR = DATA_DIR / "mail"
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_HOST = EMAIL_CONFIG["EMAIL_HOST"]
EMAIL_PORT = EMAIL_CONFIG["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL_CONFIG["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = EMAIL_CONFIG["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_CONFIG.get("EMAIL_USE_SSL", False)
EMAIL_BACKEND = "config.mail.DevelopmentBackend" if DEVELOPMENT else EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <noreply@example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# What is told of urgent comments, and to whom besides editors by mail.
URGENT_WEBHOOK_URL = env.str("URGENT_WEBHOOK_URL", default="")
URGENT_WEBHOOK_SECRET = env.str("URGENT_WEBHOOK_SECRET", default="")
if URGENT_WEBHOOK_URL and not (
    URGENT_WEBHOOK_SECRET and URGENT_WEBHOOK_URL.startswith(("https://", "http://"))
):
    raise ImproperlyConfigured("URGENT_WEBHOOK_URL needs http(s):// and URGENT_WEBHOOK_SECRET")

# --- Words, days and hours ------------------------------------------------------------------

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
# A language joins when its catalogue is complete: half a page in another tongue helps nobody.
LANGUAGES = [
    ("en", _("English")),
    ("es", _("Spanish")),
    ("fr", _("French")),
    ("de", _("German")),
    ("ar", _("Arabic")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
USE_I18N = True
FORMAT_MODULE_PATH = "config.formats"
USE_TZ = True
TIME_ZONE = "UTC"
PUBLISHER_TIME_ZONE = env.str("PUBLISHER_TIME_ZONE", default="UTC")

# --- Files ----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Compressing a thousand files takes half a minute of both cores: not on a first `make run`.
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        if DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_MAX_AGE = 60
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    *("jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "tgz", "bz2", "tbz", "xz", "br"),
    *("woff", "woff2", "map"),
)
# Large files that packages ship and no page of ours asks for.
STATIC_IGNORED = ["redoc*", "htmax*", "htmx-4*"]

# --- Doors ----------------------------------------------------------------------------------

BODY_LIMIT = 1_000_000  # bytes; a comment of 5,000 characters is at most 20,000
UPLOAD_LIMIT = 20_000_000  # bytes; lead images, in the admin alone
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_LIMIT
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000

SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
# Both bind the publisher's other sites as well, so they are asked for.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_SSL_REDIRECT = HTTPS
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=int(BEHIND_PROXY))
if not 0 <= TRUSTED_PROXIES <= 10:
    raise ImproperlyConfigured("TRUSTED_PROXIES is a number of proxies, from 0 to 10")
if TRUSTED_PROXIES and not BEHIND_PROXY:
    raise ImproperlyConfigured("TRUSTED_PROXIES needs BEHIND_PROXY: proxies are there or not")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_common_csp = {
    "default-src": [NONE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {**_common_csp, "script-src": [NONCE], "style-src": [SELF]},
}
# unfold runs Alpine (eval) and writes style attributes; `config.admin.site` alone sends this.
ADMIN_CONTENT_SECURITY_POLICY = {
    **_common_csp,
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}
# Where a browser tells of a script that makes markup from text; htmx does, so nothing is blocked.
POLICY_REPORTS = "/policy-reports"
CONTENT_SECURITY_POLICY_REPORT_ONLY = {
    "DIRECTIVES": {
        "default-src": None,
        "require-trusted-types-for": ["'script'"],
        "report-uri": [POLICY_REPORTS],
    },
}
# The hostile harness reports to itself what the real policy blocks.
POLICY_REPORT_URI = env.str("POLICY_REPORT_URI", default="")
if POLICY_REPORT_URI:
    CONTENT_SECURITY_POLICY_REPORT_ONLY = {
        "DIRECTIVES": {
            **CONTENT_SECURITY_POLICY["DIRECTIVES"],
            "report-uri": [POLICY_REPORT_URI],
        },
    }
# On every answer that does not say so itself, static files and what Django never sees included.
EVERY_ANSWER = {
    "Content-Security-Policy": (
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": X_FRAME_OPTIONS,
    "Referrer-Policy": SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": SECURE_CROSS_ORIGIN_OPENER_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
}

# --- What is told of all this --------------------------------------------------------------

LOG_FORMAT = env.str("LOG_FORMAT", default="line" if DEVELOPMENT else "json")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
ACCESS_LOG = env.str("ACCESS_LOG", default="on")
for _name, _value, _known in (
    ("LOG_FORMAT", LOG_FORMAT, ("json", "line")),
    ("LOG_LEVEL", LOG_LEVEL, ("DEBUG", "INFO", "WARNING", "ERROR")),
    ("ACCESS_LOG", ACCESS_LOG, ("on", "all", "off")),
):
    if _value not in _known:
        raise ImproperlyConfigured(f"{_name} is {_value!r}: one of {', '.join(_known)}")
_packages = "DEBUG" if LOG_LEVEL == "DEBUG" else "WARNING"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "config.logs.JsonLines"},
        "line": {"()": "config.logs.Lines"},
    },
    "filters": {"of_a_request": {"()": "config.logs.OfARequest"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["of_a_request"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Django's own handler would mail its lines, words and all.
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.request": {"level": "DEBUG" if LOG_LEVEL == "DEBUG" else "ERROR"},
        "celery": {"level": _packages},
        "kombu": {"level": _packages},
    },
}
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

UNFOLD = {
    "SITE_TITLE": SITE_NAME,
    "SITE_HEADER": SITE_NAME,
    "SITE_URL": "/",
    "SITE_ICON": "config.navigation.mark",
    "STYLES": ["config.navigation.own_styles"],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.navigation.mark"}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": True,
    "SHOW_BACK_BUTTON": True,
    "SIDEBAR": {"show_search": True, "navigation": "config.navigation.sidebar"},
    "COLORS": ADMIN_COLOURS,
}
