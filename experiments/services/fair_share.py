"""Whose turn it is: device time of each person, halving with age, with that of the shards they hold now."""

import datetime
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from experiments.models import Usage

HALF_LIFE = datetime.timedelta(hours=6)

# What a shard in hand counts for beside the time it has had: nobody knows how long it will take. It keeps people with
# equal pasts at equal numbers of shards; a person who used this much more waits for one shard longer. The more it is,
# the later a difference is made up for; the less, the more slots fall at once to whoever is behind, for as long as
# their shards last.
SECONDS_PER_HELD_SHARD = 300.0


class InHand(NamedTuple):
    """Of one person."""

    n_shards: int = 0
    seconds: float = 0.0  # of device time, so far

    def with_shard(self, seconds: float) -> "InHand":
        return InHand(self.n_shards + 1, self.seconds + seconds)


NOTHING = InHand()


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


def standing(
    held: Mapping[int | None, InHand], users: Iterable[int | None], *, now: datetime.datetime
) -> list[Standing]:
    """Each person's account in seconds; whose is lowest comes next."""
    users = list(users)
    accounts = Usage.objects.in_bulk([u for u in users if u], field_name="user_id")
    known = {user_id: decayed(usage, now) for user_id, usage in accounts.items()}
    return [Standing(known.get(u or 0, 0.0) + _counted(held.get(u, NOTHING)), u or 0, u) for u in users]


def _counted(in_hand: InHand) -> float:
    return in_hand.seconds + in_hand.n_shards * SECONDS_PER_HELD_SHARD
