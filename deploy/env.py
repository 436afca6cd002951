"""The only place that reads the environment. Every helper refuses a value it does not understand."""

import os
from pathlib import Path

PREFIX = "CIRCUITBOARD_"
RATE_PERIODS = {"hour": 3600, "day": 86400}


class BadSetting(ValueError):
    """An environment variable has a value that cannot be used."""


def env_text(name: str, default: str | None = None) -> str:
    value = os.environ.get(PREFIX + name, default)
    if value is None:
        raise BadSetting(f"{PREFIX}{name} is not set and has no default")
    return value


def env_bool(name: str, default: bool) -> bool:
    value = os.environ.get(PREFIX + name, "yes" if default else "no").strip().lower()
    if value in {"1", "yes", "true", "on"}:
        return True
    if value in {"0", "no", "false", "off", ""}:
        return False
    raise BadSetting(f"{PREFIX}{name} is {value!r}; allowed: yes, no")


def env_int(name: str, default: int) -> int:
    value = os.environ.get(PREFIX + name, str(default))
    try:
        return int(value)
    except ValueError:
        raise BadSetting(f"{PREFIX}{name} is {value!r}; allowed: a whole number") from None


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env_text(name, default).split(",") if part.strip()]


def env_rates(name: str, defaults: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Changes to `defaults`, such as `comments=60/hour,ideas=3/day`: how many, per how many seconds."""
    rates = dict(defaults)
    for part in env_list(name):
        what, _, rate = part.partition("=")
        most, _, per = rate.partition("/")
        if what not in defaults or not most.isdecimal() or per not in RATE_PERIODS:
            allowed = f"NAME=N/hour or NAME=N/day, with NAME one of {', '.join(defaults)}"
            raise BadSetting(f"{PREFIX}{name} has {part!r}; allowed: {allowed}")
        rates[what] = (int(most), RATE_PERIODS[per])
    return rates


def env_path(name: str, default: Path) -> Path:
    return Path(env_text(name, str(default))).expanduser().resolve()


def env_secret(name: str, default: str | None = None) -> str:
    """A secret, given directly or as the path of a file in NAME_FILE."""
    path = os.environ.get(f"{PREFIX}{name}_FILE")
    if path is None:
        return env_text(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(f"{PREFIX}{name}_FILE: cannot read {path}: {error.strerror}") from error
