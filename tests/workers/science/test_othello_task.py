import pytest
import torch

from experiments.recipe.tasks import IGNORED, Othello
from tests.workers.science.slow_othello import BLACK, replay, starting
from workers.science.hidden_states import hidden_states_of
from workers.science.othello import Board
from workers.science.randomness import generator
from workers.science.tasks import build_dataset
from workers.science.tasks.othello import legal_answers

SMALL = Othello(size=4, n_games=300, n_test=200)


def data(spec, seed=0):
    return build_dataset(spec, generator(seed, "data"))


def games(examples):
    """Whole games: what is read, and the last answer."""
    return {(*read, last[-1]) for read, last in zip(examples.inputs.tolist(), examples.labels.tolist(), strict=True)}


@pytest.mark.parametrize("size", [4, 6, 8])
def test_an_answer_is_the_next_move_and_none_is_asked_after_the_end(size):
    spec = Othello(size=size, n_test=50)
    test = data(spec).test
    over = test.labels[:, :-1] == IGNORED
    assert torch.equal(test.labels[:, :-1][~over], test.inputs[:, 1:][~over])
    assert (test.inputs[:, 1:][over] == spec.n_moves).all()
    assert test.inputs.shape == (50, spec.n_ctx) and test.labels.max() < spec.d_vocab_out


def test_no_test_game_is_trained_on_and_all_are_a_function_of_the_seed():
    dataset, again = data(SMALL), data(SMALL)
    assert games(dataset.train).isdisjoint(games(dataset.test))
    assert torch.equal(dataset.train.inputs, again.train.inputs) and torch.equal(dataset.test.labels, again.test.labels)
    assert len(dataset.train) == 300 and len(dataset.test) == 200


def test_fresh_games_differ_from_step_to_step():
    draw = data(Othello(size=4)).train
    first, again, other = (draw(generator(0, "batch", step), 8).inputs for step in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_every_answer_is_among_the_legal_ones():
    test = data(SMALL).test
    legal = legal_answers(SMALL, test)
    asked = test.labels != IGNORED
    assert legal.gather(-1, test.labels.clamp(min=0)[..., None])[..., 0][asked].all()
    assert torch.equal(legal.any(-1), asked)


def test_both_encodings_of_the_board_are_those_of_a_slow_replay():
    test = data(SMALL).test.take(torch.arange(20))
    states, places = hidden_states_of(SMALL, test), Board(4).squares.tolist()
    for game in range(20):
        asked = (test.labels[game] != IGNORED).tolist()
        moves = [
            divmod(places[token], 4)
            for token, is_asked in zip(test.inputs[game].tolist(), asked, strict=True)
            if is_asked
        ]
        for place, (discs, colour) in enumerate(replay(4, moves)):
            seen = [discs.get(divmod(square, 4), 0) for square in range(16)]
            for name, first in (("mine-theirs", colour), ("black-white", BLACK)):
                expected = [{first: 0, -first: 1, 0: 2}[disc] for disc in seen]
                assert states[name].values[game, place].tolist() == expected
        assert (states["mine-theirs"].values[game, len(moves) :] == IGNORED).all()


def test_squares_are_told_apart_by_what_the_last_move_did_to_them():
    test = data(SMALL).test.take(torch.arange(20))
    state, places = hidden_states_of(SMALL, test)["mine-theirs"], Board(4).squares.tolist()
    assert tuple(state.kinds) == SMALL.hidden_kinds
    for game in range(20):
        read = test.inputs[game].tolist()
        moves = [divmod(places[token], 4) for token in read[: int((test.labels[game] != IGNORED).sum())]]
        before = starting(4)
        for place, (discs, _) in enumerate(replay(4, moves)):
            seen = {name: mask[game, place].tolist() for name, mask in state.kinds.items()}
            for number in range(16):
                square = divmod(number, 4)
                now, then = discs.get(square, 0), before.get(square, 0)
                kind = {True: "empty" if now == 0 else "standing", False: "flipped" if then else ""}[now == then]
                assert [name for name, mask in seen.items() if mask[number]] == [kind] * bool(kind)
            before = discs


def test_squares_have_names_and_stand_in_rows():
    state = hidden_states_of(SMALL, data(SMALL).test)["mine-theirs"]
    assert state.items[:5] == ("a1", "b1", "c1", "d1", "a2") and len(state.rows) == 4
    assert state.classes == ("mine", "theirs", "empty")


def test_more_games_than_a_small_board_has_are_refused():
    with pytest.raises(ValueError, match="n_games"):
        Othello(size=4, n_games=20_000)


def test_tokens_are_named_as_the_squares_that_they_stand_for():
    spec = Othello(size=6)
    items = hidden_states_of(spec, data(Othello(size=6, n_test=1)).test)["mine-theirs"].items
    assert spec.token_names == (*(items[square] for square in Board(6).squares.tolist()), "over")
    assert "c3" not in spec.token_names and spec.token_names[0] == "a1"
