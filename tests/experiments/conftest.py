import pytest

from experiments.models import Run, Shard, Worker
from experiments.services import wake_ups
from problems.models import User
from tests.experiments.making import make_person, make_run, make_worker


class Wakeups(list[tuple[str, tuple[int, ...], str]]):
    """The messages a broker would have carried, and whether it takes any."""

    is_up = True

    def send(self, task: str, *, args: tuple[int, ...] = (), queue: str) -> bool:
        if self.is_up:
            self.append((task, args, queue))
        return self.is_up

    @property
    def shards(self) -> list[int]:
        return [args[0] for task, args, _ in self if task == wake_ups.CARRY_OUT]


@pytest.fixture(autouse=True)
def broker(monkeypatch: pytest.MonkeyPatch) -> Wakeups:
    sent = Wakeups()
    monkeypatch.setattr(wake_ups, "send", sent.send)
    return sent


@pytest.fixture
def alice(db: None) -> User:
    """Owns what the tests look at."""
    return make_person("alice")


@pytest.fixture
def bob(db: None) -> User:
    """Another member."""
    return make_person("bob")


@pytest.fixture
def carol(db: None) -> User:
    """A curator."""
    return make_person("carol", is_curator=True)


@pytest.fixture
def run(alice: User) -> Run:
    """One shard of two seeds, 100 steps."""
    return make_run(alice)


@pytest.fixture
def shard(run: Run) -> Shard:
    return run.shards.get()


@pytest.fixture
def worker(bob: User) -> Worker:
    return make_worker(bob)
