"""A small program that speaks the engine's side of the line protocol, doing what the recipe of its order lists.

Given the number of a socket, it is a nursery of such programs.
"""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from workers.science.nursery import Nursery

held: list[bytes] = []


def say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def log(text: str) -> None:
    say({"kind": "log", "at": "2026-01-01T00:00:00", "text": text})


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    kind = "resume" if name.startswith("resume/") else "checkpoint"
    artifact = {"name": name, "kind": kind, "sha256": sha256, "n_bytes": len(text), "seed": 0, "step": 0}
    say({"kind": "artifact", "artifact": artifact})


def do(step: list[Any], folder: Path) -> None:
    match step:
        case ["say", message]:
            say(message)
        case ["print", text]:
            print(text, flush=True)
        case ["complain", text]:
            print(text, file=sys.stderr, flush=True)
        case ["progress", number]:
            say({"kind": "progress", "phase": "training", "step": number, "steps": 1000})
        case ["write", name, text]:
            write(folder, name, text)
        case ["read", name]:
            log((folder / name).read_text())
        case ["list", name]:
            log(str(sorted(path.name for path in (folder / name).iterdir())))
        case ["environment"]:
            log(json.dumps(dict(os.environ)))
        case ["grandchild", *n_bytes]:
            program = f"import time; held = b'x' * {sum(n_bytes)}; time.sleep(60)"
            log(str(subprocess.Popen([sys.executable, "-c", program]).pid))
        case ["deaf"]:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        case ["hold", n_bytes]:
            held.append(b"x" * n_bytes)
        case ["sleep", seconds]:
            time.sleep(seconds)
        case ["kill-self"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["finish"]:
            ended = {"expectations": [], "environment": {"python": "3"}, "hardware": "AVX2", "device_seconds": 1.5}
            say({"kind": "finished", "engine_digest": "e" * 64, **ended})


def main() -> int:
    say({"kind": "ready"})
    order = json.loads(sys.stdin.readline())
    for step in order["recipe"]["script"]:
        do(step, Path(order["folder"]))
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 1:  # the socket of a nursery
        Nursery(socket.socket(fileno=int(sys.argv[1])), main).tend()
    else:
        sys.exit(main())
