"""Log lines carry the ids of what was being done, as JSON in a deployment and readable on a laptop."""

import json
import os
import subprocess
import sys

import pytest
import structlog
from django.test import Client

from deploy.env import BadSetting
from deploy.logs import logging_config
from tests.architecture.source import ROOT

PROGRAM = """
import logging, structlog
from deploy.logs import configure_logging
configure_logging(is_deployment={is_deployment})
with structlog.contextvars.bound_contextvars(run=4, shard=9, worker="bench-1"):
    structlog.get_logger("ours").info("shard_moved", new="running")
    logging.getLogger("theirs").warning("a library says %s", "so")
    try:
        1 / 0
    except ZeroDivisionError:
        logging.getLogger("theirs").exception("broke")
"""


def logged(*, is_deployment: bool, **environment: str) -> list[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CIRCUITBOARD_")}
    command = [sys.executable, "-c", PROGRAM.format(is_deployment=is_deployment)]
    asked = subprocess.run(command, env=plain | environment, cwd=ROOT, capture_output=True, text=True, check=True)
    return asked.stderr.splitlines()


def test_a_deployment_logs_one_json_object_a_line_with_the_ids() -> None:
    ours, theirs, broke = map(json.loads, logged(is_deployment=True))
    assert {"event": "shard_moved", "new": "running", "run": 4, "shard": 9, "worker": "bench-1"}.items() <= ours.items()
    assert {"event": "a library says so", "logger": "theirs", "shard": 9, "level": "warning"}.items() <= theirs.items()
    assert "ZeroDivisionError" in broke["exception"] and broke["timestamp"].endswith("Z")


def test_a_laptop_logs_readable_lines() -> None:
    ours, theirs, *_ = logged(is_deployment=False)
    assert "[info     ] shard_moved" in ours and "run=4 shard=9 worker=bench-1" in ours
    assert "a library says so" in theirs and "\x1b" not in theirs


def test_the_format_may_be_chosen_and_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert json.loads(logged(is_deployment=False, CIRCUITBOARD_LOG_FORMAT="json")[0])["run"] == 4
    monkeypatch.setenv("CIRCUITBOARD_LOG_FORMAT", "xml")
    with pytest.raises(BadSetting, match="allowed: plain, json"):
        logging_config(is_deployment=False)


def test_request_has_an_id_and_leaves_nothing_bound(client: Client) -> None:
    given = client.get("/health/live/", headers={"X-Request-ID": "proxy-0123456789"})
    assert given["X-Request-ID"] == "proxy-0123456789"
    made = client.get("/health/live/", headers={"X-Request-ID": "bad id\twith spaces"})["X-Request-ID"]
    assert len(made) == 16 and made.isalnum()
    assert structlog.contextvars.get_contextvars() == {}
