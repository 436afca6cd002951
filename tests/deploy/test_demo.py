"""What goes wrong before anything is started gets one plain sentence."""

import fcntl
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.demo_programs import demo_from_environment, site_environment, worker_environment
from tests.architecture.source import ROOT
from tests.end_to_end.house import free_port, plain_environment


def demo(data_dir: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`make demo` that is expected to give up at once."""
    environment = plain_environment() | {"CIRCUITBOARD_DATA_DIR": str(data_dir), "CIRCUITBOARD_PORT": str(free_port())}
    command = [sys.executable, "-m", "deploy.demo"]
    return subprocess.run(command, env=environment | settings, cwd=ROOT, capture_output=True, text=True, timeout=30)


def test_a_taken_port_is_named_with_a_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = demo(tmp_path, CIRCUITBOARD_PORT=str(port))

    assert ended.returncode == 1
    assert f"Port {port} cannot be used (Address already in use)" in ended.stderr
    assert f"CIRCUITBOARD_PORT={port + 1} make demo" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("port", ["eighty", "70000"])
def test_a_port_that_is_none_is_named(tmp_path: Path, port: str) -> None:
    ended = demo(tmp_path, CIRCUITBOARD_PORT=port)

    assert ended.returncode == 1
    assert "CIRCUITBOARD_PORT is" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    with (tmp_path / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = demo(tmp_path)

    assert ended.returncode == 1
    assert "Another `make demo` is running" in ended.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = demo(tmp_path / "file" / "data")

    assert ended.returncode == 1
    assert "Not a directory" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_full_disk_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from deploy import demo as command

    monkeypatch.setenv("CIRCUITBOARD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CIRCUITBOARD_PORT", str(free_port()))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=5 * 2**20))
    monkeypatch.setattr("signal.signal", lambda *_: None)

    assert command.main() == 1
    assert "has 5 MiB free; Circuitboard needs 300 MiB" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["demo.lock"]


def test_a_worker_is_told_neither_the_database_nor_the_secret_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIRCUITBOARD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CIRCUITBOARD_DATABASE_URL", "postgresql://user:password@host/db")
    demo = demo_from_environment()

    assert "CIRCUITBOARD_DATABASE_URL" in site_environment(demo)
    told = worker_environment(demo)
    assert not any("DATABASE" in name or "SECRET" in name or name.startswith("DJANGO") for name in told)
    assert "password@host" not in " ".join(told.values())
