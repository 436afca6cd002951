"""What a container file copies, and what it would run: followed by hand, since no container engine is asked for."""

import shlex
import shutil
from pathlib import Path

from tests.architecture.source import ROOT

CONTAINERS = ROOT / "deploy" / "containers"


def instructions(name: str) -> list[tuple[str, str]]:
    """Each instruction with its argument; lines that go on are joined, comments left out."""
    lines = [line for line in (CONTAINERS / name).read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [
        (word, " ".join(rest.split()))
        for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)
    ]


def copied_into(folder: Path, name: str) -> None:
    """Lay out the last stage's working folder as the image has it."""
    for word, argument in last_stage(name):
        if word != "COPY" or argument.startswith("--from"):
            continue
        *sources, target = shlex.split(argument)
        for pattern in sources:
            found = sorted(ROOT.glob(pattern))
            assert found, f"{name} copies {pattern}, which is not there"
            for source in found:
                _copy(source, folder / target, into=target.endswith("/"))


def last_stage(name: str) -> list[tuple[str, str]]:
    steps = instructions(name)
    start = max(place for place, (word, _) in enumerate(steps) if word == "FROM")
    return steps[start:]


def _copy(source: Path, target: Path, *, into: bool) -> None:
    target.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "secrets"))
    else:
        shutil.copy(source, target / source.name)
