"""The curves that stand for runs in lists: stored for those that have ended, read anew for those that go on."""

from collections.abc import Collection, Mapping

from django.core.cache import cache
from django.db.models import Max, Sum

from experiments.models import ENDED, Headline, MeasurementChunk, Run
from experiments.services.headlines import Line, read_headlines

REMEMBERED_SECONDS = 24 * 3600
NOTHING_MEASURED = Line("", ())


def headlines(states: Mapping[int, str]) -> dict[int, Line]:
    """By run, of runs given with their states."""
    ended = [run for run, state in states.items() if state in ENDED]
    found = _stored(ended) if ended else {}
    # Those that ended before headlines were kept change no more either.
    keys = {f"headline-{run}-ended": run for run in ended if run not in found}
    keys |= _keys_of_live([run for run in states if run not in ended])
    found |= _remembered(keys) if keys else {}
    return {run: found.get(run, NOTHING_MEASURED) for run in states}


def _stored(runs: Collection[int]) -> dict[int, Line]:
    rows = Headline.objects.filter(run__in=runs).values_list("run", "name", "points")
    return {run: Line(name, tuple(map(tuple, points))) for run, name, points in rows}


def _keys_of_live(runs: Collection[int]) -> dict[str, int]:
    """Of those that have measured something, with their last measurements and how many there are: more are added at the
    end, and what a lost worker left behind its last resume state is cut off there."""
    if not runs:
        return {}
    chunks = MeasurementChunk.objects.filter(shard__run__in=runs, shard__point=0).order_by()
    measured = chunks.values_list("shard__run").annotate(last=Max("pk"), n=Sum("n_rows"))
    return {f"headline-{run}-{last}-{n}": run for run, last, n in measured}


def _remembered(keys: Mapping[str, int]) -> dict[int, Line]:
    """What was read once under these keys, or is read now."""
    found: dict[int, Line] = {keys[key]: line for key, line in cache.get_many(keys).items()}
    missing = {key: run for key, run in keys.items() if run not in found}
    if not missing:
        return found
    read = read_headlines(dict(Run.objects.filter(pk__in=missing.values()).values_list("pk", "recipe__resolved")))
    cache.set_many({key: read[run] for key, run in missing.items()}, REMEMBERED_SECONDS)
    return found | read
