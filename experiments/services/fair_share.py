"""Whose turn it is: device time of each person, halving with age, plus what they hold now."""

import datetime
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from experiments.models import Usage

HALF_LIFE = datetime.timedelta(hours=6)

# What a shard in hand counts for before it is known how long it takes. It keeps people with equal pasts at equal
# numbers of shards; a person who used this much more waits for one shard longer.
SECONDS_PER_HELD_SHARD = 600.0


class Standing(NamedTuple):
    seconds: float
    tie_break: int
    user_id: int | None

    def with_one_more(self) -> "Standing":
        return self._replace(seconds=self.seconds + SECONDS_PER_HELD_SHARD)


def charge(user_id: int | None, *, seconds: float, now: datetime.datetime) -> None:
    """Add device time to a person's account. Call it inside a transaction."""
    if user_id is None:
        return
    account = Usage.objects.select_for_update().filter(user_id=user_id)
    usage = account.first()
    if usage is None:
        Usage.objects.get_or_create(user_id=user_id, defaults={"as_of": now})
        usage = account.get()
    usage.decayed_seconds = decayed(usage, now) + seconds
    usage.total_seconds += seconds
    usage.as_of = now
    usage.save(update_fields=["decayed_seconds", "total_seconds", "as_of"])


def decayed(usage: Usage, now: datetime.datetime) -> float:
    age = max(now - usage.as_of, datetime.timedelta(0))
    return float(usage.decayed_seconds * 0.5 ** (age / HALF_LIFE))


def standing(held: Mapping[int | None, int], users: Iterable[int | None], *, now: datetime.datetime) -> list[Standing]:
    """Each person's account in seconds; whose is lowest comes next."""
    users = list(users)
    accounts = Usage.objects.in_bulk([u for u in users if u], field_name="user_id")
    known = {user_id: decayed(usage, now) for user_id, usage in accounts.items()}
    return [Standing(known.get(u or 0, 0.0) + held.get(u, 0) * SECONDS_PER_HELD_SHARD, u or 0, u) for u in users]
