"""What this machine is, as the engine sees it. Asked in a process of its own: torch is never loaded here."""

import json
import os
import subprocess
import sys
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from experiments.protocol import Sha256
from workers.child import SOURCE_ROOT, clean_environment

PROBE = (sys.executable, "-m", "workers.science.provenance")
PROBE_SECONDS = 180


class NoEngine(Exception):
    """The engine cannot run here."""


class Machine(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    device: Literal["cpu", "cuda"]
    hardware: Annotated[str, Field(min_length=1, max_length=200)]
    memory_bytes: Annotated[int, Field(ge=0)]
    flops_per_second: Annotated[float, Field(ge=0)]
    engine_digest: Sha256
    environment: dict[str, str] = {}

    @property
    def hardware_class(self) -> Literal["cpu", "gpu"]:
        return "gpu" if self.device == "cuda" else "cpu"

    def lending(self, memory_bytes: int) -> "Machine":
        """As the site is to know it: a GPU whole, of a machine's memory as much as its operator lends."""
        if self.device == "cuda":
            return self
        return self.model_copy(update={"memory_bytes": min(self.memory_bytes, memory_bytes)})


def probe_machine(*, device: str, threads: int) -> Machine:
    """Versions, device, memory, and a short measurement of the floating-point rate."""
    environment = clean_environment(os.environ, threads=threads)
    command = [*PROBE, "--device", device, "--threads", str(threads)]
    try:
        asked = subprocess.run(command, env=environment, cwd=SOURCE_ROOT, capture_output=True, timeout=PROBE_SECONDS)
    except subprocess.TimeoutExpired:
        raise NoEngine(f"the engine did not answer within {PROBE_SECONDS} s") from None
    if asked.returncode != 0:
        raise NoEngine(asked.stderr.decode(errors="replace").strip()[-2000:])
    return Machine.model_validate(json.loads(asked.stdout))
