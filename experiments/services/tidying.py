"""One pass over everything that is kept only for a time."""

from typing import Protocol

from experiments.services.collecting import Dropped, collect_blobs, collect_broken_uploads, collect_stray_files
from experiments.services.passes import noted
from experiments.services.retention import drop_old_resume_states, thin_out_checkpoints


class Part(Protocol):
    def __call__(self, *, dry_run: bool = False) -> Dropped: ...


# In this order: what the first two let go is marked for the collector.
PARTS: dict[str, Part] = {
    "resume states": drop_old_resume_states,
    "checkpoints": thin_out_checkpoints,
    "blobs": collect_blobs,
    "broken uploads": collect_broken_uploads,
}
DAILY: dict[str, Part] = {"stray files": collect_stray_files}


def tidy(parts: dict[str, Part], *, dry_run: bool = False) -> dict[str, Dropped]:
    """What each part dropped, or would drop."""
    return {name: part(dry_run=True) if dry_run else _carry_out(name, part) for name, part in parts.items()}


def _carry_out(name: str, part: Part) -> Dropped:
    dropped: list[Dropped] = []

    def job() -> int:
        dropped.append(part())
        return dropped[0].n

    noted(name, job)
    return dropped[0]
