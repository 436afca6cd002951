"""One table of moves, for whoever asks."""

import itertools

import pytest

from experiments.models import ENDED, RunEvent, Shard, State
from experiments.services.transitions import MOVES, ForbiddenMove, move_shard, state_of_run

ALL_MOVES = list(itertools.product(State, State))


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "new"), ALL_MOVES)
def test_only_the_moves_of_the_table_are_made(old: State, new: State, shard: Shard) -> None:
    Shard.objects.update(state=old)
    shard.refresh_from_db()
    if new not in MOVES[old]:
        with pytest.raises(ForbiddenMove):
            move_shard(shard, new, reason="test")
        assert not RunEvent.objects.exists()
        return
    assert move_shard(shard, new, reason="test")
    assert shard.state == new and bool(shard.ended_at) == (new in ENDED)
    assert RunEvent.objects.filter(shard=shard, old_state=old, new_state=new, text="test").exists()


@pytest.mark.django_db
def test_shard_that_moved_on_meanwhile_is_left_alone(shard: Shard) -> None:
    Shard.objects.update(epoch=5)
    assert not move_shard(shard, State.RUNNING, reason="late")
    assert Shard.objects.get().state == State.QUEUED and not RunEvent.objects.exists()


def test_no_move_leads_out_of_an_end() -> None:
    assert all(not MOVES[state] for state in ENDED)


@pytest.mark.parametrize("n", range(1, 7))
def test_run_has_ended_exactly_when_all_its_shards_have(n: int) -> None:
    for states in itertools.combinations(State, n):
        assert (state_of_run(set(states)) in ENDED) == (set(states) <= set(ENDED))


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({"queued"}, "queued"),
        ({"queued", "succeeded"}, "running"),
        ({"running", "queued"}, "running"),
        ({"finishing", "succeeded"}, "finishing"),
        ({"finishing", "running"}, "running"),
        ({"succeeded", "failed", "cancelled"}, "failed"),
        ({"succeeded", "cancelled"}, "cancelled"),
        ({"succeeded"}, "succeeded"),
    ],
)
def test_state_of_a_run_is_that_of_its_shards(states: set[str], expected: str) -> None:
    assert state_of_run({State(state) for state in states}) == expected
