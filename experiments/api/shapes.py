"""What the public API answers, as data. One shape per thing; lists carry the short one."""

import datetime
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from experiments.models import Artifact, Run, Shard, SubmittedRecipe
from experiments.selectors.reasons import Wait
from experiments.selectors.waiting import of_run, shards_of, why_shards_wait
from experiments.services.measurements import generation
from problems.models import User


class RecipeItem(BaseModel):
    id: int
    title: str
    problem: str
    author: str | None
    digest: str
    preset: str
    size: str
    forked_from: int | None
    created_at: datetime.datetime


class RecipeDetail(RecipeItem):
    toml: str
    resolved: dict[str, Any]


class RunItem(BaseModel):
    id: int
    recipe: int
    title: str
    problem: str
    submitter: str | None
    state: str
    is_cancel_requested: bool
    created_at: datetime.datetime
    started_at: datetime.datetime | None
    ended_at: datetime.datetime | None


class Page(BaseModel):
    count: int
    next: str | None
    previous: str | None


class RecipePage(Page):
    results: list[RecipeItem]


class RunPage(Page):
    results: list[RunItem]


class Trouble(BaseModel):
    """Why a shard failed, and what its author can do."""

    kind: str
    message: str
    hint: str
    traceback: str


class Waiting(BaseModel):
    """Why something has not ended. The reason is for programs, the sentence for people."""

    reason: str
    sentence: str
    since: datetime.datetime
    place_in_queue: int | None  # shards that come before it, in the order of fair shares
    seconds: float | None  # about how long until it starts, or until it ends where it runs
    rests_on: str  # what that estimate rests on


class ShardDetail(BaseModel):
    id: int
    index: int
    point: int
    overrides: dict[str, Any]
    seeds: list[int]
    hardware_class: str
    state: str
    why_it_waits: str
    waiting: Waiting | None
    phase: str
    step: int
    steps: int
    seconds_left: float | None
    device_use: float | None
    device_seconds: float
    attempts: int
    worker: str | None
    failure: Trouble | None
    expectations: list[dict[str, Any]]
    engine_digest: str
    environment: dict[str, str]
    environment_digest: str
    hardware: str


class RunDetail(RunItem):
    why_it_waits: str
    waiting: Waiting | None  # of the shard that is furthest; None once the run has ended
    place_in_queue: int | None  # shards that come before the first one of this run that waits
    generation: int  # grows when a shard starts again: measurements read before may be gone
    shards: list[ShardDetail]


class ArtifactItem(BaseModel):
    name: str
    kind: str
    shard: int  # its index within the run
    point: int
    seed: int | None
    step: int | None
    sha256: str
    n_bytes: int
    url: str


class Artifacts(BaseModel):
    artifacts: list[ArtifactItem]


def recipe_item(recipe: SubmittedRecipe) -> RecipeItem:
    return RecipeItem(**_recipe_fields(recipe))


def recipe_detail(recipe: SubmittedRecipe) -> RecipeDetail:
    return RecipeDetail(**_recipe_fields(recipe), toml=recipe.toml, resolved=recipe.resolved)


def _recipe_fields(recipe: SubmittedRecipe) -> dict[str, Any]:
    return {
        "id": recipe.pk,
        "title": recipe.title,
        "problem": recipe.problem.number,
        "author": _handle(recipe.author),
        "digest": recipe.digest,
        "preset": recipe.preset,
        "size": recipe.size,
        "forked_from": recipe.forked_from_id,
        "created_at": recipe.created_at,
    }


def run_item(run: Run) -> RunItem:
    return RunItem(**_run_fields(run))


def run_detail(run: Run) -> RunDetail:
    shards = shards_of(run)
    waits = why_shards_wait(shards)
    told = of_run(shards, waits)
    places = [wait.place for wait in waits.values() if wait.place is not None]
    return RunDetail(
        **_run_fields(run),
        why_it_waits=told.sentence if told else "",
        waiting=_waiting(told),
        place_in_queue=min(places, default=None),
        generation=generation(run),
        shards=[_shard(shard, waits.get(shard.pk)) for shard in shards],
    )


def _waiting(wait: Wait | None) -> Waiting | None:
    if wait is None:
        return None
    return Waiting(
        reason=wait.reason,
        sentence=wait.sentence,
        since=wait.since,
        place_in_queue=wait.place,
        seconds=wait.seconds,
        rests_on=wait.rests_on,
    )


def _run_fields(run: Run) -> dict[str, Any]:
    return {
        "id": run.pk,
        "recipe": run.recipe_id,
        "title": run.recipe.title,
        "problem": run.recipe.problem.number,
        "submitter": _handle(run.submitter),
        "state": run.state,
        "is_cancel_requested": run.is_cancel_requested,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
    }


_SAME_NAME = (
    *("index", "point", "overrides", "seeds", "hardware_class", "state", "phase", "step", "steps"),
    *("seconds_left", "device_use", "device_seconds", "attempts", "expectations"),
    *("engine_digest", "environment", "environment_digest", "hardware"),
)


def _shard(shard: Shard, wait: Wait | None) -> ShardDetail:
    trouble = Trouble(
        kind=shard.failure, message=shard.failure_message, hint=shard.failure_hint, traceback=shard.traceback
    )
    return ShardDetail(
        id=shard.pk,
        why_it_waits=wait.sentence if wait else "",
        waiting=_waiting(wait),
        worker=shard.worker.name if shard.worker else None,
        failure=trouble if shard.failure else None,
        **{name: getattr(shard, name) for name in _SAME_NAME},
    )


def artifacts_at(artifacts: Iterable[Artifact], *, url: str) -> Artifacts:
    items = [
        ArtifactItem(
            name=artifact.name,
            kind=artifact.kind,
            shard=artifact.shard.index,
            point=artifact.shard.point,
            seed=artifact.seed,
            step=artifact.step,
            sha256=artifact.blob_id,
            n_bytes=artifact.blob.n_bytes,
            url=f"{url}{artifact.name}/?shard={artifact.shard.index}",
        )
        for artifact in artifacts
    ]
    return Artifacts(artifacts=items)


def _handle(user: User | None) -> str | None:
    return user.username if user else None
