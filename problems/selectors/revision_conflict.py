"""What somebody else changed while a curator was filling in a form."""

from dataclasses import dataclass
from typing import Any

from problems.services.curating import REVISABLE, RevisedMeanwhile


@dataclass(frozen=True)
class Change:
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class RevisionConflict:
    by: Any
    at: Any
    reason: str
    changes: list[Change]


def conflict_of(meanwhile: RevisedMeanwhile) -> RevisionConflict:
    seen, latest = meanwhile.seen, meanwhile.latest
    changes = [
        Change(name.replace("_", " ").capitalize(), getattr(seen, name, ""), getattr(latest, name))
        for name in REVISABLE
        if getattr(seen, name, None) != getattr(latest, name)
    ]
    return RevisionConflict(latest.history_user, latest.history_date, latest.history_change_reason or "", changes)
