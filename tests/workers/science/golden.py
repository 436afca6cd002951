"""The measurements of two small runs, bit for bit, as they were when this was last renewed.

`python -m tests.workers.science.golden` renews the values of the hardware class it runs on, and keeps those of other
classes if CPU, torch and its linear algebra are the same: the latter chooses its ways by the maker of the CPU too. Do
so when a change is meant to move the last bits, and say so in the commit; with `ATEN_CPU_CAPABILITY=avx2` or `=default`
before the command it renews those of a lesser CPU.
"""

import json
import re
from pathlib import Path
from typing import Any

from tests.workers.science.runs import ADDITION, PREVIOUS_TOKEN, carry_out, of_kind, recipe
from workers.science.device import settle
from workers.science.events import Measured
from workers.science.provenance import environment, hardware

FILE = Path(__file__).with_suffix(".json")
EVERYWHERE = [{"name": name, "split": split} for name in ("loss", "accuracy") for split in ("train", "test")]
NORMS = {"name": "weight-norm", "per_matrix": True}
RUNS: dict[str, dict[str, Any]] = {
    "addition": ADDITION
    | {
        "model": {"name": "transformer", "d_model": 16, "n_heads": 2, "d_mlp": 32},
        "task": ADDITION["task"] | {"modulus": 11},
        "measures": [*EVERYWHERE, NORMS],
    },
    "previous token": PREVIOUS_TOKEN
    | {
        "model": PREVIOUS_TOKEN["model"]
        | {"n_layers": 2, "d_mlp": 16, "normalization": "LN", "activation": "gelu", "biases": True},
        "measures": [*EVERYWHERE[1::2], NORMS],
    },
}

Values = dict[str, dict[str, str]]  # by run, then by step, measure, split and component: one number per seed


def versions() -> dict[str, str]:
    """What decides on the bits beside the hardware class."""
    return {name: environment()[name] for name in ("torch", "blas", "threads")} | {"cpu": _cpu()}


def _cpu() -> str:
    """Maker, family and model, as Linux tells them; empty elsewhere."""
    cpuinfo = Path("/proc/cpuinfo")
    told = dict(re.findall(r"(?m)^([^\t:]+)\t*: (.*)$", cpuinfo.read_text())) if cpuinfo.exists() else {}
    return " ".join(told.get(name, "") for name in ("vendor_id", "cpu family", "model")).strip()


def measured() -> Values:
    found: Values = {}
    for name, data in RUNS.items():
        for event in of_kind(Measured, carry_out(recipe(data))):
            what = " ".join(filter(None, [f"{event.step:02d}", event.measure, event.split, event.component]))
            found.setdefault(name, {})[what] = " ".join(value.hex() for value in event.values)
    return found


def main() -> None:
    device = settle("cpu", threads=1)
    kept = json.loads(FILE.read_text()) if FILE.exists() else {}
    others = kept.get("measured", {}) if kept.get("versions") == versions() else {}
    renewed = {"versions": versions(), "measured": others | {hardware(device): measured()}}
    FILE.write_text(json.dumps(renewed, indent=1, sort_keys=True) + "\n")
    print(f"{FILE}: {', '.join(renewed['measured'])}")


if __name__ == "__main__":
    main()
