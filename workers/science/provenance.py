"""What a number depends on beside its recipe: engine, versions, threads, hardware.

`python -m workers.science.provenance` prints it, for a worker that says what it is without loading torch itself.
"""

import argparse
import json
import os
import platform
import re
from typing import Any

import numpy
import torch

from experiments.recipe.engine import engine_digest
from workers.science.calibration import calibrate
from workers.science.device import DeviceName, settle


def environment() -> dict[str, str]:
    """Versions, threads and flags that can change the bits of a result; call after `settle`."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "blas": _blas(),
        "cuda": torch.version.cuda or "none",
        "threads": str(torch.get_num_threads()),
        "deterministic": "yes" if torch.are_deterministic_algorithms_enabled() else "no",
        "tf32": "yes" if torch.backends.cuda.matmul.allow_tf32 else "no",
    }


def _blas() -> str:
    built_with = torch.__config__.show()
    if found := re.search(r"Math Kernel Library Version (\S+)", built_with):
        return f"mkl {found[1]}"
    found = re.search(r"BLAS_INFO=(\w+)", built_with)
    return found[1] if found else "unknown"


def hardware(device: torch.device) -> str:
    """The GPU's model, or the capability level that torch reports for the CPU, such as AVX512."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return torch.backends.cpu.get_cpu_capability()


def memory_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).total_memory
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def describe(device_name: DeviceName, *, threads: int | None) -> dict[str, Any]:
    device = settle(device_name, threads=threads)
    return {
        "device": device.type,
        "hardware": hardware(device),
        "memory_bytes": memory_bytes(device),
        "flops_per_second": calibrate(device),
        "engine_digest": engine_digest(),
        "environment": environment(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m workers.science.provenance")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--threads", type=int)
    told = parser.parse_args()
    device: DeviceName = told.device
    if told.device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    print(json.dumps(describe(device, threads=told.threads)))


if __name__ == "__main__":
    main()
