"""`python -m deploy.results`: run the laptop presets to their end and keep what they showed in deploy/RESULTS.md.

Each runs as anybody runs a recipe, by `python -m workers.science`. One whose section is current is left out; an
interrupted one goes on where it stopped. Threads are as many as torch takes, which OMP_NUM_THREADS sets.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.results_file import ROOT, Preset, current_sections, laptop_presets, section, update

RUNS = ROOT / ".data" / "presets"
FAILED, INTERRUPTED = 1, 128 + signal.SIGINT


def main(arguments: list[str] | None = None) -> int:
    presets = laptop_presets()
    told = _parser().parse_args(arguments)
    if unknown := sorted(set(told.presets) - set(presets)):
        print(f"no laptop preset is called {', '.join(unknown)}; there are: {', '.join(presets)}", file=sys.stderr)
        return FAILED
    update(presets, {})
    if told.list:
        return 0
    current = {} if told.again else current_sections(presets)
    worst = 0
    for slug in told.presets or presets:
        if slug in current:
            print(f"{slug}: its section is current")
            continue
        code, about = _outcome(presets[slug], again=told.again)
        if code == INTERRUPTED:
            return code
        if about:
            update(presets, {slug: section(presets[slug], about)})
        worst = max(worst, code)
    return worst


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.results", description=__doc__)
    parser.add_argument("presets", nargs="*", metavar="NAME", help="such as grokking-mlp; all of them when left out")
    parser.add_argument("--again", action="store_true", help="run also what is current, from its first step")
    parser.add_argument("--list", action="store_true", help="run nothing; write down what is not yet run")
    return parser


def _outcome(preset: Preset, *, again: bool) -> tuple[int, dict[str, Any] | None]:
    """The exit status, and the run's own account of itself once it is finished."""
    folder = RUNS / preset.slug / preset.settings
    before = None if again else _account(folder)
    if before is None or before["state"] == "failed":
        shutil.rmtree(RUNS / preset.slug, ignore_errors=True)
        code = _train(preset, folder)
    elif before["state"] == "interrupted":
        code = _train(preset, folder, "--resume")
    else:
        code = 0
    return code, _account(folder) if code == 0 else None


def _account(folder: Path) -> dict[str, Any] | None:
    """What its run.json says; nothing where the process was killed before it could write one."""
    path = folder / "run.json"
    return json.loads(path.read_bytes()) if path.exists() else None


def _train(preset: Preset, folder: Path, *more: str) -> int:
    seeds = ",".join(map(str, preset.seeds))
    command = [sys.executable, "-m", "workers.science", str(preset.path), "--out", str(folder), "--seeds", seeds, *more]
    with subprocess.Popen(command, cwd=ROOT) as training:
        try:
            return training.wait()
        except KeyboardInterrupt:  # the terminal sent it to both: the other one keeps its work and ends
            training.wait()
            return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
