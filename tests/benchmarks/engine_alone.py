"""The trivial shards of `shard_load` without a site: forked as a worker forks them, so many at a time."""

import contextlib
import functools
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from experiments.recipe import at_point, recipe_from_toml
from tests.benchmarks.shard_load import RECIPE
from workers.child import ENGINE, clean_environment, fresh_child
from workers.nursery import NURSERY, Nursery

N_SHARDS = 300


def seconds_alone(folder: Path, *, at_once: int) -> float:
    """By the clock, for each of a few hundred."""
    environment = clean_environment(os.environ, threads=1)
    nursery = Nursery(NURSERY, environment, start_fresh=functools.partial(fresh_child, ENGINE, environment))
    recipe = at_point(recipe_from_toml(RECIPE.format(seeds=[0])), {}).model_dump(mode="json")

    def carry_out(seed: int) -> None:
        (folder / str(seed)).mkdir(parents=True)
        order = {"recipe": recipe, "seeds": [seed], "folder": str(folder / str(seed)), "device": "cpu", "threads": 1}
        child = nursery.take()
        child.wait_until_ready()
        child.give(order)
        while (said := child.next_message(60)) is not None and said["kind"] != "finished":
            pass
        child.close()
        assert said is not None

    with contextlib.closing(nursery), ThreadPoolExecutor(at_once) as pool:
        list(pool.map(carry_out, range(at_once)))  # everything is loaded then
        began = time.perf_counter()
        list(pool.map(carry_out, range(at_once, at_once + N_SHARDS)))
        return (time.perf_counter() - began) / N_SHARDS
