"""Graphs, read from their tokens and searched by plain loops."""

import itertools

import pytest
import torch

from experiments.recipe.tasks import IGNORED, GraphHops, GraphPath
from workers.science.hidden_states import hidden_states_of
from workers.science.randomness import generator
from workers.science.registry import implementation_of
from workers.science.tasks import build_dataset, slices_of

FORMATS, ORDERS = ("edge-list", "adjacency-list", "adjacency-matrix"), ("shuffled", "sorted")
HOPS = GraphHops(nodes=5, hops=3, fewest_hops=1, n_test=120)
PATH = GraphPath(nodes=7, extra_edges=2, n_test=150)
TREE = GraphPath(nodes=6, n_test=80)


@pytest.fixture(params=itertools.product(FORMATS, ORDERS), ids="-".join)
def written(request):
    return {"format": request.param[0], "order": request.param[1]}


def held_out(spec, seed=0):
    return build_dataset(spec, generator(seed, "data")).test


def rows(examples):
    return zip(examples.inputs.tolist(), examples.labels[:, 0].tolist(), strict=True)


def edges_of(spec, tokens):
    """The pairs that the tokens tell of, in their order, and the order of nodes or edges that a row begins with."""
    tokens, n = tokens[: spec.n_graph_tokens], spec.nodes
    if spec.format == "edge-list":
        return [tuple(tokens[i : i + 2]) for i in range(0, len(tokens), 2)]
    if spec.format == "adjacency-matrix":
        lines = [tokens[i : i + n + 1] for i in range(0, len(tokens), n + 1)]
        assert {sign for line in lines for sign in line[1:]} <= {n, n + 1}
        return [(line[0], node) for line in lines for node in range(n) if line[1 + node] == n + 1]
    text = " ".join(map(str, tokens))
    assert text.endswith(f" {n}")
    lines = [list(map(int, line.split())) for line in text[: -len(f" {n}")].split(f" {n} ")]
    assert sorted(line[0] for line in lines) == list(range(n))
    return [(line[0], node) for line in lines for node in line[1:]]


def distance(edges, start, goal):
    reached, steps = {start}, 0
    while goal not in reached:
        reached |= {b for a, b in edges if a in reached}
        steps += 1
        assert steps < 10
    return steps


def test_the_answer_is_where_the_steps_lead(written):
    spec = HOPS.model_copy(update=written)
    examples = held_out(spec)
    slices = slices_of(spec, examples)
    for row, (tokens, label) in enumerate(rows(examples)):
        edges = edges_of(spec, tokens)
        assert sorted(a for a, _ in edges) == list(range(5))
        assert written["order"] == "shuffled" or edges == sorted(edges)
        hops, node = tokens[-2] - spec.first_question_token + 1, tokens[-1]
        for _ in range(hops):
            node = dict(edges)[node]
        assert label == node
        assert [mask[row].item() for mask in slices.values()] == [hops == k for k in (1, 2, 3)]


@pytest.mark.parametrize("graphs", [PATH, TREE], ids=["extra edges", "tree"])
def test_the_answer_is_the_one_first_step_of_every_shortest_way(graphs, written):
    spec = graphs.model_copy(update=written)
    examples = held_out(spec)
    slices = slices_of(spec, examples)
    for row, (tokens, label) in enumerate(rows(examples)):
        edges = set(edges_of(spec, tokens))
        edges |= {(b, a) for a, b in edges}
        assert len(edges) == 2 * spec.n_edges and all(a != b for a, b in edges)
        question, goal, start = tokens[-3:]
        steps = distance(edges, start, goal)
        ahead = [b for a, b in edges if a == start and distance(edges, b, goal) == steps - 1]
        assert question == spec.d_vocab - 1 and ahead == [label] and steps > 0
        place = min(steps, len(spec.slices))
        assert [mask[row].item() for mask in slices.values()] == [k == place for k in range(1, len(slices) + 1)]


def test_shuffled_edges_have_no_direction_or_order_of_their_own():
    edges = held_out(TREE.model_copy(update={"n_test": 600})).inputs[:, :10].view(600, 5, 2)
    assert 0.45 < (edges[..., 0] < edges[..., 1]).double().mean() < 0.55
    assert len({tuple(first) for first in edges[:, 0].tolist()}) == 30  # every pair comes first


def test_all_ways_but_the_longest_are_common_and_pairs_of_nodes_are_alike():
    masks = slices_of(TREE, held_out(TREE.model_copy(update={"n_test": 4000})))
    shares = [mask.double().mean().item() for mask in masks.values()]
    assert shares[0] == pytest.approx(1 / 3, abs=0.03)  # a tree of six nodes has 5 edges and 15 pairs
    assert sum(shares) == pytest.approx(1) and min(shares) > 0


def test_the_way_is_hidden_and_ends_with_the_answer(written):
    spec = HOPS.model_copy(update=written)
    examples = held_out(spec)
    (state,) = hidden_states_of(spec, examples).values()
    assert state.items == ("step 1", "step 2", "step 3") and state.classes == ("0", "1", "2", "3", "4")
    for (tokens, label), (way,) in zip(rows(examples), state.values.tolist(), strict=True):
        follow, hops, node, seen = (
            dict(edges_of(spec, tokens)),
            tokens[-2] - spec.first_question_token + 1,
            tokens[-1],
            [],
        )
        for _ in range(hops):
            node = follow[node]
            seen.append(node)
        assert way == seen + [IGNORED] * (3 - hops) and seen[-1] == label


def test_the_corrupted_example_has_one_other_edge(written):
    spec = HOPS.model_copy(update=written)
    clean = held_out(spec)
    corrupted = implementation_of(spec, "corrupted")(spec, clean)
    for (tokens, _), (others, label) in zip(rows(clean), rows(corrupted), strict=True):
        edges, changed = dict(edges_of(spec, tokens)), dict(edges_of(spec, others))
        start, hops = tokens[-1], tokens[-2] - spec.first_question_token + 1
        assert tokens[-2:] == others[-2:]
        assert changed == edges | {start: (edges[start] + 1) % 5}
        assert sum(mine != theirs for mine, theirs in zip(tokens, others, strict=True)) <= 2
        node = start
        for _ in range(hops):
            node = changed[node]
        assert node == label


@pytest.mark.parametrize("spec", [HOPS, GraphHops(n_test=50), PATH, TREE], ids=["1-3 hops", "2 hops", "path", "tree"])
def test_the_spec_tells_the_sizes_and_data_come_from_the_generator_alone(spec, written):
    spec = spec.model_copy(update=written)
    examples, dataset = held_out(spec), build_dataset(spec, generator(0, "data"))
    assert examples.inputs.shape == (spec.n_test, spec.n_ctx) == (spec.n_test, len(spec.position_names))
    assert examples.inputs.max() < spec.d_vocab == len(spec.token_names) and examples.labels.max() < spec.d_vocab_out
    assert dataset.answer_positions == (spec.n_ctx - 1,)
    draw = dataset.train
    assert torch.equal(draw(generator(0, "batch"), 9).inputs, draw(generator(0, "batch"), 9).inputs)
    assert not torch.equal(examples.inputs, held_out(spec, 1).inputs)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="fewest_hops: 3 is above hops, 2"):
        GraphHops(hops=2, fewest_hops=3)
    with pytest.raises(ValueError, match="extra_edges: 7 is too many for 5 nodes; allowed: 6"):
        GraphPath(nodes=5, extra_edges=7)
