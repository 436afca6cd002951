"""Whatever is killed while runs train, they end as if nothing had happened.

Ten kills here; `make chaos` asks for a hundred, on both databases. CIRCUITBOARD_CHAOS_SEED repeats what was drawn.
"""

import os
import random
import re
from typing import Any

import httpx
import pytest

from tests.end_to_end.chaos import Chaos, orphans
from tests.end_to_end.house import DATABASES_OF_FAULTS, N_KILLS, House, Member, wait_for

SEED = int(os.environ.get("CIRCUITBOARD_CHAOS_SEED", str(random.randrange(10_000))))

Outcome = tuple[dict[str, str], list[tuple[Any, ...]]]


def outcome_of(member: Member, run: int) -> Outcome:
    """The sha256 of every checkpoint, and every point."""
    files = member.get(f"/api/runs/{run}/artifacts/")["artifacts"]
    columns = member.get(f"/api/runs/{run}/measurements/")["columns"]
    points = zip(*(columns[name] for name in ("seed", "step", "measure", "split", "component", "value")), strict=True)
    return {file["name"]: file["sha256"] for file in files if file["kind"] == "checkpoint"}, sorted(points)


def shards_ever_without_owner(house: House) -> int:
    """As the site counted them, each round of its reaper, since the house was built."""
    [found] = re.findall(
        r'^circuitboard_job_done_total{job="watch"} (\S+)$', httpx.get(f"{house.url}/metrics").text, re.M
    )
    return int(float(found))


@pytest.mark.slow
@pytest.mark.parametrize("house", DATABASES_OF_FAULTS, indirect=True)
def test_whatever_is_killed_runs_end_as_if_nothing_had_happened(
    house: House, member: Member, small_recipe: str
) -> None:
    print(f"\n{N_KILLS} kills, seed {SEED}")
    member.cancel_everything()
    toml = small_recipe.replace("steps = 200", "steps = 4000").replace("count = 5", "count = 30")
    undisturbed = member.submit(toml)
    assert member.run_that_ended(undisturbed)["state"] == "succeeded"

    chaos = Chaos(house, member, toml, seed=SEED)
    for target in chaos.order(N_KILLS):
        chaos.kill(target)
    ended = chaos.end_all()

    print(chaos.report())
    assert [run["state"] for run in ended] == ["succeeded"] * len(ended), chaos.report() + house.logs()
    expected = outcome_of(member, undisturbed)
    assert len(set(expected[1])) == len(expected[1]) > 0
    for run in chaos.runs:
        assert outcome_of(member, run) == expected, f"run {run}, seed {SEED}"
    assert chaos.quantile(0.95) < 60, chaos.report()
    assert chaos.lost_lines() == {}
    assert shards_ever_without_owner(house) == 0
    wait_for(lambda: not orphans(), seconds=30)
