"""Real processes all the way: submit by the REST API, train in a worker, look at the results."""

import time
from typing import Any

import safetensors.torch

from tests.end_to_end.house import House, Member, wait_for


def test_the_starter_run_was_queued_once(member: Member) -> None:
    [starter] = member.get("/api/recipes/?starter=true&problem=5.3&size=laptop")["results"]

    [run] = member.get(f"/api/runs/?recipe={starter['id']}")["results"]
    assert run["submitter"] == "demo"


def test_a_cancel_reaches_the_training_process_within_five_seconds(
    house: House, member: Member, small_recipe: str
) -> None:
    member.cancel_everything()
    run = member.submit(small_recipe.replace("steps = 200", "steps = 100000"))
    wait_for(lambda: shard_of(member, run)["step"] > 0, seconds=60)
    assert len(house.training_processes()) == 1

    member.post(f"/api/runs/{run}/cancel/")
    asked_at = time.monotonic()
    wait_for(lambda: not house.training_processes(), seconds=5)

    assert time.monotonic() - asked_at < 5
    assert member.run_that_ended(run, seconds=10)["state"] == "cancelled"


def test_a_recipe_becomes_curves_panels_and_checkpoints_that_load(member: Member, small_recipe: str) -> None:
    run = member.submit(small_recipe)

    ended = member.run_that_ended(run)
    assert ended["state"] == "succeeded", ended
    [shard] = ended["shards"]
    assert shard["step"] == shard["steps"] == 200
    assert [scored["met"] for scored in shard["expectations"]] == [True, True]

    last = [measure for step, measure in points_of(member, run) if step == 200]
    assert sorted(last) == ["accuracy", "accuracy", "loss", "loss"]
    titles = " ".join(panel["title"] for panel in member.get(f"/api/runs/{run}/panels/")["panels"])
    assert "principal components of the logits" in titles
    assert "embedding" in titles


def test_every_checkpoint_holds_the_weights_of_its_seed(member: Member, small_recipe: str) -> None:
    run = member.submit(small_recipe)
    assert member.run_that_ended(run)["state"] == "succeeded"

    checkpoints = [a for a in member.get(f"/api/runs/{run}/artifacts/")["artifacts"] if a["kind"] == "checkpoint"]
    assert {artifact["seed"] for artifact in checkpoints} == {0, 1}
    first, last = checkpoints[0], checkpoints[-1]
    weights = safetensors.torch.load(member.download(first["url"]))
    assert weights.keys() == safetensors.torch.load(member.download(last["url"])).keys()
    assert len(member.download(first["url"])) == first["n_bytes"]


def test_a_run_goes_on_where_another_ended(member: Member, small_recipe: str) -> None:
    source = member.submit(small_recipe)
    assert member.run_that_ended(source)["state"] == "succeeded"
    last = weights_of(member, source, step=200)

    onward = member.submit(small_recipe.replace("[task]", f"[start]\nrun = {source}\n\n[task]", 1))
    ended = member.run_that_ended(onward)

    assert ended["state"] == "succeeded", ended
    assert len(last) == 2 and weights_of(member, onward, step=0) == last
    assert weights_of(member, onward, step=200) != last


def test_a_killed_training_process_does_not_cost_the_run(house: House, member: Member, small_recipe: str) -> None:
    long = small_recipe.replace("steps = 200", "steps = 3000").replace("A small", "A longer")
    run = member.submit(long)
    wait_for(lambda: shard_of(member, run)["step"] > 0, seconds=60)

    for process in house.training_processes():
        process.kill()

    ended = member.run_that_ended(run)
    assert ended["state"] == "succeeded", ended
    assert shard_of(member, run)["attempts"] == 2
    assert len(set(points_of(member, run))) * 2 == len(points_of(member, run))  # each point once for each of two seeds


def shard_of(member: Member, run: int) -> Any:
    [shard] = member.run(run)["shards"]
    return shard


def weights_of(member: Member, run: int, *, step: int) -> dict[int, dict[str, list[float]]]:
    """By seed."""
    files = member.get(f"/api/runs/{run}/artifacts/")["artifacts"]
    kept = {file["seed"]: file for file in files if file["kind"] == "checkpoint" and file["step"] == step}
    loaded = {seed: safetensors.torch.load(member.download(file["url"])) for seed, file in kept.items()}
    return {seed: {name: w.flatten().tolist() for name, w in weights.items()} for seed, weights in loaded.items()}


def points_of(member: Member, run: int) -> list[tuple[int, str]]:
    columns = member.get(f"/api/runs/{run}/measurements/")["columns"]
    return list(zip(columns["step"], columns["measure"], strict=True))
