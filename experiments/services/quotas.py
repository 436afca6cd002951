"""What one person may use: shards at once, shards in all, device time in a week, bytes kept.

Nothing is booked, so nothing can drift: what is used is read from leases and files, what is planned from live shards.
A shard that is cancelled before it starts leaves no trace in it; an attempt the site lost is charged nothing.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import ExpressionWrapper, F, FloatField, Sum
from django.utils import timezone

from experiments.models import ENDED, Artifact, Blob, Lease, Quota, Shard
from experiments.services.paces import pace_on
from experiments.services.pauses import CLASSES, may_operate
from experiments.services.refusals import Forbidden, Refused
from problems.models import User

WEEK = datetime.timedelta(days=7)
QuotaName = Literal["running_shards", "live_shards", "device_seconds_per_week", "stored_bytes"]
SETTINGS: dict[QuotaName, str] = {
    "running_shards": "RUNNING_SHARDS_PER_USER",
    "live_shards": "LIVE_SHARDS_PER_USER",
    "device_seconds_per_week": "DEVICE_SECONDS_PER_USER_PER_WEEK",
    "stored_bytes": "STORED_BYTES_PER_USER",
}
WORDS: dict[QuotaName, str] = {
    "running_shards": "shards running at once",
    "live_shards": "shards waiting or running",
    "device_seconds_per_week": "device time in a week",
    "stored_bytes": "space for files",
}


class QuotaExceeded(Refused):
    http_status = 429


@dataclass(frozen=True)
class Demand:
    """What a run would use."""

    n_shards: int
    device_seconds: float  # 0 while nothing is known of how fast workers are
    stored_bytes: int


@dataclass(frozen=True)
class Share:
    """One quota of one person."""

    name: QuotaName
    used: float
    planned: float  # by runs that have not ended
    limit: int
    wanted: float = 0  # by the run that is to be submitted

    @property
    def words(self) -> str:
        return WORDS[self.name]

    @property
    def left(self) -> float:
        return max(self.limit - self.used - self.planned, 0)

    @property
    def is_exceeded(self) -> bool:
        """Shards beyond those that may run at once wait; beyond any other quota nothing is taken."""
        return self.name != "running_shards" and self.wanted > self.left


def demand_of(shards: Iterable[Shard]) -> Demand:
    shards = list(shards)
    pace = pace_on(CLASSES)
    seconds = sum(shard.flops for shard in shards) / pace.flops_per_second if pace else 0.0
    return Demand(len(shards), seconds, sum(shard.artifact_bytes for shard in shards))


def limits_of(user: User) -> dict[QuotaName, int]:
    own = Quota.objects.filter(user=user).values(*SETTINGS).first() or {}
    given = {name: own.get(name) for name in SETTINGS}
    return {name: default_limit(name) if limit is None else limit for name, limit in given.items()}


def default_limit(name: QuotaName) -> int:
    return int(getattr(settings, SETTINGS[name]))


def running_limits() -> dict[int, int]:
    """Of the people whose limit on running shards is not the one of the settings."""
    rows = Quota.objects.values_list("user_id", "running_shards")
    return {user_id: allowed for user_id, allowed in rows if allowed is not None}


def shares_of(user: User, *, wanted: Demand | None = None) -> list[Share]:
    """Each quota of a person, with what a run that is about to be submitted would add."""
    limits = limits_of(user)
    mine = Shard.objects.of_user(user.pk)
    n_held, n_live = mine.held().count(), mine.live().count()
    adding = wanted or Demand(0, 0, 0)
    return [
        Share("running_shards", n_held, 0, limits["running_shards"], adding.n_shards),
        Share("live_shards", n_live, 0, limits["live_shards"], adding.n_shards),
        Share(
            "device_seconds_per_week",
            charged_seconds(user),
            _planned_seconds(user),
            limits["device_seconds_per_week"],
            adding.device_seconds,
        ),
        Share("stored_bytes", _stored_bytes(user), _planned_bytes(user), limits["stored_bytes"], adding.stored_bytes),
    ]


def charged_seconds(user: User) -> float:
    """Device time of the last seven days: of attempts that ended, and of those in hand so far."""
    now = timezone.now()
    mine = Lease.objects.filter(shard__submitter=user)
    ended = mine.filter(ended_at__gte=now - WEEK).aggregate(n=Sum("charged_seconds"))["n"] or 0.0
    open_since = mine.filter(ended_at=None, shard__epoch=F("epoch")).values_list("granted_at", flat=True)
    return ended + sum((now - granted_at).total_seconds() for granted_at in open_since)


def _planned_seconds(user: User) -> float:
    """What the shards that have not ended still have before them."""
    pace = pace_on(CLASSES)
    if pace is None:
        return 0.0
    share_left = 1.0 - F("step") * 1.0 / F("steps")
    left = ExpressionWrapper(F("flops") * share_left, output_field=FloatField())
    flops = Shard.objects.of_user(user.pk).live().aggregate(n=Sum(left))["n"] or 0.0
    return max(float(flops), 0.0) / pace.flops_per_second


def _stored_bytes(user: User) -> int:
    """The same bytes under two names count once."""
    named = Artifact.objects.filter(shard__submitter=user, shard__state__in=ENDED).values("blob")
    return Blob.objects.filter(pk__in=named).aggregate(n=Sum("n_bytes"))["n"] or 0


def _planned_bytes(user: User) -> int:
    return Shard.objects.of_user(user.pk).live().aggregate(n=Sum("artifact_bytes"))["n"] or 0


def check_quotas(submitter: User, wanted: Demand) -> None:
    """Refuses what does not fit. Locks the person, so that two submissions at once are counted one after the other."""
    User.objects.select_for_update(no_key=True).get(pk=submitter.pk)
    for share in shares_of(submitter, wanted=wanted):
        if share.is_exceeded:
            raise _exceeded(share)


def _exceeded(share: Share) -> QuotaExceeded:
    wanted, used, planned, limit = (
        amount(share.name, number) for number in (share.wanted, share.used, share.planned, share.limit)
    )
    going = f" and {planned} are planned by runs that have not ended" if share.planned else ""
    return QuotaExceeded(
        "quota_exceeded",
        f"Quota on {share.words}: this run needs {wanted}; {used} are used{going}; allowed: {limit}. "
        f"{ADVICE[share.name]}",
        fields={
            "quota": share.name,
            "wanted": f"{share.wanted:.0f}",
            "used": f"{share.used + share.planned:.0f}",
            "limit": str(share.limit),
        },
    )


ADVICE: dict[QuotaName, str] = {
    "running_shards": "",
    "live_shards": "Wait for some to end, cancel some, or ask for fewer seeds or grid points.",
    "device_seconds_per_week": "It comes back as seven days pass; fewer steps, seeds or grid points need less.",
    "stored_bytes": "Unpin a run whose checkpoints may be thinned out, or ask for fewer checkpoints.",
}


def amount(name: QuotaName, number: float) -> str:
    """A number with the unit of its quota."""
    if name == "stored_bytes":
        size, unit = next((u for u in ((2**30, "GiB"), (2**20, "MiB")) if number >= u[0]), (2**10, "KiB"))
        return f"{number / size:.1f} {unit}"
    if name == "device_seconds_per_week":
        length, unit = next((u for u in ((3600, "h"), (60, "min")) if number >= 2 * u[0]), (1, "s"))
        return f"{number / length:.1f} {unit}"
    return f"{number:,.0f}"


def set_quota(*, user: User, reason: str, by: User, limits: dict[QuotaName, int | None]) -> Quota:
    """What a curator allows this person; None leaves the setting in force."""
    if not may_operate(by):
        raise Forbidden("not_a_curator", "Only a curator may set somebody's quota.")
    with transaction.atomic():
        quota, _ = Quota.objects.update_or_create(
            user=user, defaults=dict(limits) | {"reason": reason.strip()[:300], "set_by": by}
        )
    return quota
