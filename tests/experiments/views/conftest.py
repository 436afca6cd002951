import pytest
from django.test import Client

from experiments.models import Run, Shard, State, SubmittedRecipe
from experiments.services.events import store_batch
from experiments.services.finishing import finish_shard
from experiments.services.recipes import submit_recipe
from experiments.services.runs import submit_run
from problems.models import User
from tests.experiments.making import (
    artifact_event,
    batch,
    claim,
    make_problem,
    make_worker,
    measured,
    panel,
    recipe_toml,
    stored_file,
    succeeded,
)

EXPECTED = '\n[[expect]]\nmeasure = "loss"\nsplit = "test"\nat_most = 1.0\n'


@pytest.fixture
def as_alice(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def recipe(alice: User) -> SubmittedRecipe:
    make_problem()
    return submit_recipe(author=alice, toml=recipe_toml() + EXPECTED)


@pytest.fixture
def run(recipe: SubmittedRecipe, alice: User) -> Run:
    """One shard of two seeds, with an expectation."""
    return submit_run(recipe=recipe, submitter=alice)


@pytest.fixture
def shard(run: Run) -> Shard:
    return run.shards.get()


class Training:
    """A shard in a worker's hands, told step by step."""

    def __init__(self, shard: Shard, owner: User) -> None:
        self.shard, self.seq = shard, 0
        self.granted = claim(shard, make_worker(owner))

    def tell(self, *events) -> None:
        store_batch(lease=self.granted.lease, batch=batch(self.granted, self.seq, *events))
        self.seq += 1

    def measure(self, *rows: tuple[int, int, float]) -> None:
        self.tell(measured(*rows))

    def end(self) -> Run:
        files = [stored_file(f"checkpoints/seed-{s}/step-100.safetensors", b"w", seed=s, step=100) for s in (0, 1)]
        files.append(stored_file("panels/curve.json", panel(0), kind="panel"))
        files.append(stored_file("resume/state.safetensors", b"r", kind="resume", step=100))
        scored = [{"index": 0, "seed": s, "value": 0.5 + s, "step": 100, "met": s == 0} for s in (0, 1)]
        finish_shard(lease=self.granted.lease, outcome=succeeded(self.granted, *files, expectations=scored))
        run = Run.objects.get(pk=self.shard.run_id)
        assert run.state == State.SUCCEEDED
        return run


@pytest.fixture
def training(shard: Shard, bob: User) -> Training:
    return Training(shard, bob)


@pytest.fixture
def ended(training: Training) -> Run:
    training.measure((0, 0, 4.0), (1, 0, 4.5), (0, 100, 0.5), (1, 100, float("nan")))
    training.tell(artifact_event("checkpoints/seed-0/step-000.safetensors", b"w0", seed=0, step=0))
    return training.end()
