from pathlib import Path

import pytest

from deploy.env import BadSetting
from workers.settings import Settings, settings


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    (tmp_path / "token").write_text("secret\n")
    monkeypatch.setenv("CIRCUITBOARD_URL", "https://site.example/")
    monkeypatch.setenv("CIRCUITBOARD_WORKER_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("CIRCUITBOARD_BROKER_URL", "redis://:password@broker")
    return monkeypatch


def read() -> Settings:
    return settings.__wrapped__()


def test_a_token_may_come_from_a_file() -> None:
    assert read().token == "secret"
    assert read().site_url == "https://site.example"


def test_threads_share_the_cores_among_the_slots(told: pytest.MonkeyPatch) -> None:
    told.setattr("os.cpu_count", lambda: 8)
    told.setenv("CIRCUITBOARD_WORKER_SLOTS", "4")

    assert read().threads == 2


@pytest.mark.parametrize(
    ("name", "value"), [("WORKER_DEVICE", "tpu"), ("WORKER_SLOTS", "0"), ("WORKER_THREADS", "many")]
)
def test_a_value_that_cannot_be_used_is_named(told: pytest.MonkeyPatch, name: str, value: str) -> None:
    told.setenv(f"CIRCUITBOARD_{name}", value)

    with pytest.raises(BadSetting, match=f"CIRCUITBOARD_{name} is '?{value}'?; allowed"):
        read()


def test_secrets_stay_out_of_what_is_printed() -> None:
    assert "secret" not in repr(read())
    assert "password" not in repr(read())
