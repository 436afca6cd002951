"""One settings file for laptop and deployment; what differs comes from the environment (see deploy/env.py)."""

from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF

from deploy.broker import broker_tls
from deploy.env import env_bool, env_int, env_list, env_path, env_rates, env_secret, env_text
from deploy.logs import logging_config
from deploy.storage import artifact_storage

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env_path("DATA_DIR", BASE_DIR / ".data")

DEBUG = env_bool("DEBUG", False)
SECRET_KEY = env_secret("SECRET_KEY", "only-for-development" if DEBUG else None)
BASE_URL = env_text("BASE_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_COOKIES = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_SECURE = SECURE_COOKIES
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_COOKIES else None

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "django_filters",
    "django_htmx",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.orcid",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "problems",
    "experiments",
]

MIDDLEWARE = [
    "deploy.requests.RequestLogMiddleware",
    "deploy.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "problems.middleware.LimitsMiddleware",
    "experiments.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "deploy.urls"
WSGI_APPLICATION = "deploy.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "problems.context.header",
            ]
        },
    }
]

# --- Database: SQLite in WAL with immediate transactions on a laptop, PostgreSQL in a deployment ---
DATABASES: dict[str, Any] = {
    # Each thread keeps its connection: opening one anew for each request took a sixth of the web server's time.
    "default": dj_database_url.parse(
        env_secret("DATABASE_URL", f"sqlite:///{DATA_DIR / 'circuitboard.sqlite3'}"),
        conn_max_age=600,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
    }

# --- Accounts ---
AUTH_USER_MODEL = "problems.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"signup": "problems.sign_up.SignUpForm"}
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXIES", 0)  # how many add to X-Forwarded-For before it reaches us
ACCOUNT_LOGOUT_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an account needs no address
MFA_TOTP_ISSUER = "Circuitboard"
SOCIALACCOUNT_AUTO_SIGNUP = False  # people choose their handle
SIGN_IN_HOSTS = {"github": "https://github.com", "orcid": "https://orcid.org"}  # offered where both keys are set
SOCIALACCOUNT_PROVIDERS = {
    name: {"APPS": [{"client_id": client_id, "secret": env_secret(f"{name.upper()}_SECRET")}]}
    for name in SIGN_IN_HOSTS
    if (client_id := env_text(f"{name.upper()}_CLIENT_ID", ""))
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
EMAIL_BACKEND = env_text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env_text("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env_text("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env_secret("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_TLS", False)
DEFAULT_FROM_EMAIL = env_text("EMAIL_FROM", "circuitboard@localhost")
EMAIL_TIMEOUT = 10  # seconds; a mail server that hangs must not hold a page

# --- Static files and artifacts ---
STATIC_URL = "/static/"
STATIC_ROOT = env_path("STATIC_DIR", DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "experiments.plotly_bundle.PlotlyBundleFinder",
]
STORAGES = {
    "default": artifact_storage(DATA_DIR / "blobs"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

# --- API ---
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "experiments.api.errors.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 100,
}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Token", "TOKEN_TTL": None}
SPECTACULAR_SETTINGS = {
    "TITLE": "Circuitboard",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {"ProblemStatusEnum": "problems.status.Status"},
}

# --- Broker: wake-ups only; the database is the queue ---
BROKER_URL = env_secret("BROKER_URL", "redis://127.0.0.1:6379/0")
BROKER_TLS = broker_tls(BROKER_URL)

# --- Content security: no inline scripts. Plotly (bundle 4.1.1) needs one empty style element and style attributes ---
EMPTY_STYLE_HASH = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "style-src-elem": [SELF, EMPTY_STYLE_HASH],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF, *(SIGN_IN_HOSTS[name] for name in SOCIALACCOUNT_PROVIDERS)],
        "frame-ancestors": [NONE],
    }
}

# --- How the catalogue counts time, in days ---
CLAIM_FRESH_DAYS = env_int("CLAIM_FRESH_DAYS", 30)
CLAIM_QUIET_DAYS = env_int("CLAIM_QUIET_DAYS", 90)
EXPORTS_KEPT_DAYS = env_int("EXPORTS_KEPT_DAYS", 14)
CLAIM_LINK_DAYS = env_int("CLAIM_LINK_DAYS", 90)  # how long the links in a reminder work
COMMENT_EDIT_MINUTES = env_int("COMMENT_EDIT_MINUTES", 30)
NEW_ACCOUNT_FRESH_CLAIMS = env_int("NEW_ACCOUNT_FRESH_CLAIMS", 3)  # in the first TRUST_AFTER_DAYS

# --- Whose additions need no approval, and how much anybody may add: how many, per how many seconds ---
TRUST_AFTER_DAYS = env_int("TRUST_AFTER_DAYS", 30)
TRUST_AFTER_APPROVED = env_int("TRUST_AFTER_APPROVED", 3)
HOUR, DAY = 3600, 86400
RATE_LIMITS = env_rates(
    "RATE_LIMITS",
    {
        "comments": (30, HOUR),
        "references": (20, HOUR),
        "claims": (20, HOUR),
        "ideas": (10, DAY),
        "help-wanted": (10, DAY),
        "proposals": (10, DAY),
        "sign-ups": (20, HOUR),  # from one network address
        "tokens": (60, HOUR),  # tried from one network address
    },
)

# --- Limits on runs ---
RUN_TIME_LIMIT_SECONDS = env_int("RUN_TIME_LIMIT_SECONDS", 24 * 3600)
STORAGE_RETRY_SECONDS = env_int("STORAGE_RETRY_SECONDS", 60)  # after the first storage failure; longer after others
RUNNING_SHARDS_PER_USER = env_int("RUNNING_SHARDS_PER_USER", 64)
LIVE_SHARDS_PER_USER = env_int("LIVE_SHARDS_PER_USER", 2000)  # running and waiting
DEVICE_SECONDS_PER_USER_PER_WEEK = env_int("DEVICE_HOURS_PER_USER_PER_WEEK", 400) * 3600
STORED_BYTES_PER_USER = env_int("STORED_GIB_PER_USER", 100) * 2**30
DATA_UPLOAD_MAX_MEMORY_SIZE = 9 * 1024 * 1024

# --- How long things are kept (experiments/services/retention.py) ---
RESUME_DAYS_AFTER_FAILURE = env_int("RESUME_DAYS_AFTER_FAILURE", 3)
CHECKPOINT_DAYS = env_int("CHECKPOINT_DAYS", 90)  # all of them; then both ends and some between
CHECKPOINTS_BETWEEN = env_int("CHECKPOINTS_BETWEEN", 10)
BLOB_GRACE_SECONDS = env_int("BLOB_GRACE_SECONDS", 3600)  # from the upload of bytes to the file that names them

# --- Who may read /metrics: whoever has the token; without one, these networks, where no proxy stands between ---
METRICS_TOKEN = env_secret("METRICS_TOKEN", "")
METRICS_NETWORKS = env_list("METRICS_NETWORKS", "127.0.0.0/8,::1/128")

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGGING = logging_config(is_deployment=SECURE_COOKIES)
