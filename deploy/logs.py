"""One way of logging for web, site jobs and workers: readable lines on a laptop, JSON, one object a line, elsewhere.

Whatever is bound while something is carried out (request, run, shard, worker) is on every line logged meanwhile, also
those of libraries.
"""

import logging.config
from typing import Any

import structlog

from deploy.env import BadSetting, env_text

FORMATS = ("plain", "json")
QUIET = ("celery.beat", "celery.worker.strategy", "celery.app.trace", "httpx")  # they log a line for each sweep or beat

BEFORE: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def logging_config(*, is_deployment: bool) -> dict[str, Any]:
    """For `logging.config.dictConfig`. JSON where the site's address is https, unless LOG_FORMAT says otherwise."""
    chosen = env_text("LOG_FORMAT", "json" if is_deployment else "plain")
    if chosen not in FORMATS:
        raise BadSetting(f"CIRCUITBOARD_LOG_FORMAT is {chosen!r}; allowed: {', '.join(FORMATS)}")
    structlog.configure(
        processors=[*BEFORE, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*BEFORE, structlog.stdlib.ExtraAdder()],
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(chosen)],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": env_text("LOG_LEVEL", "INFO")},
        "loggers": {name: {"level": "WARNING"} for name in QUIET},
    }


def configure_logging(*, is_deployment: bool) -> None:
    """For a process without Django, which would do it from its settings."""
    logging.config.dictConfig(logging_config(is_deployment=is_deployment))


def _rendering(chosen: str) -> list[Any]:
    if chosen == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    return [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)]
