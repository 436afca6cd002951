"""Indirect object identification against a plain reference, and its measures where the answer is known by hand."""

import math

import pytest
import torch

from experiments.recipe.measures import AttentionToRoles, LogitAttribution, NameDifference
from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import IGNORED, IoiSymbolic
from experiments.recipe.tasks.ioi import ABB, ABC, BAB
from workers.science.dataset import Examples
from workers.science.evaluation import Snapshot
from workers.science.measures import measure
from workers.science.measures.ioi import _attention
from workers.science.randomness import generator
from workers.science.registry import implementation_of
from workers.science.tasks import build_dataset, slices_of
from workers.science.training.loss import loss_function
from workers.science.transformer import Transformer

BARE = IoiSymbolic(names=6, n_test=600)
TEXT = IoiSymbolic(names=6, filler=4, filler_vocabulary=3, n_test=600)
SPECS = pytest.mark.parametrize("spec", [BARE, TEXT], ids=["bare", "text"])


def held_out(spec, seed=0):
    return build_dataset(spec, generator(seed, "data")).test


def order_of(names):
    first, second, subject = names
    return {second: ABB, first: BAB}.get(subject, ABC)


@SPECS
def test_the_answer_is_the_name_that_stands_alone_and_one_of_three_where_all_do(spec):
    examples = held_out(spec)
    found = set()
    for tokens, (label,) in zip(examples.inputs.tolist(), examples.labels.tolist(), strict=True):
        names = [token for token in tokens if token < spec.names]
        assert (tokens[0], tokens[-1], len(names)) == (spec.begin_token, spec.end_token, 3)
        assert len(tokens) == spec.n_ctx and max(tokens) < spec.d_vocab
        alone = [name for name in names if names.count(name) == 1]
        assert label in alone and names[0] != names[1]
        found.add((order_of(names), names.index(label)))
    assert found == {(ABB, 0), (BAB, 1), (ABC, 0), (ABC, 1), (ABC, 2)}


@SPECS
def test_slices_tell_the_orders(spec):
    examples = held_out(spec)
    names = [[token for token in tokens if token < spec.names] for tokens in examples.inputs.tolist()]
    slices = slices_of(spec, examples)
    for order, mask in slices.items():
        assert mask[:, 0].tolist() == [order_of(three) == order for three in names]
    assert slices[ABC].double().mean().item() == pytest.approx(0.5, abs=0.08)


def test_names_stand_anywhere_among_fillers():
    inputs = held_out(TEXT).inputs
    is_name = (inputs < TEXT.names).double().mean(0)
    assert is_name[1:-1].tolist() == pytest.approx([3 / 7] * 7, abs=0.08)


def test_the_data_are_a_function_of_the_seed():
    assert torch.equal(held_out(TEXT).inputs, held_out(TEXT).inputs)
    assert not torch.equal(held_out(TEXT).inputs, held_out(TEXT, seed=1).inputs)


def test_the_best_possible_answers_lose_what_the_task_says():
    """Certain where a name comes again, a third for each of three names elsewhere."""
    many = BARE.model_copy(update={"n_test": 8000})
    examples = held_out(many)
    is_ambiguous = slices_of(many, examples)[ABC]
    guess = torch.full((len(examples), many.names), -math.inf).scatter(1, examples.inputs[:, 1:4], 0.0)
    sure = torch.full((len(examples), many.names), -math.inf).scatter(1, examples.labels, 0.0)
    loss = loss_function(many, torch.float64, torch.device("cpu"))
    best = loss(torch.where(is_ambiguous, guess, sure)[None, :, None], examples.labels[None]).item()
    assert best == pytest.approx(many.irreducible_loss, abs=0.02)
    assert IoiSymbolic().irreducible_loss == pytest.approx(0.549, abs=1e-3)


def snapshot(spec, n_layers=2):
    model = Transformer(
        TransformerSpec(n_layers=n_layers, d_model=8, n_heads=2, d_mlp=0),
        n_ctx=spec.n_ctx,
        d_vocab=spec.d_vocab,
        d_vocab_out=spec.d_vocab_out,
    )
    data = [held_out(spec, seed) for seed in (0, 1)]
    test = Examples(torch.stack([d.inputs for d in data]), torch.stack([d.labels for d in data]))
    return Snapshot(
        model,
        model.initial_weights([0, 1]),
        {"test": test},
        (spec.n_ctx - 1,),
        lambda outputs, labels: outputs,
        (),
        task=spec,
        slices=lambda split: slices_of(spec, test),
    )


@SPECS
def test_the_difference_is_that_of_the_logits_of_the_two_names(spec):
    moment = snapshot(spec)
    values = measure(NameDifference(), moment)
    logits = moment.outputs("test")[1, :, 0].double()
    differences = []
    for row, tokens in enumerate(moment.splits["test"].inputs[1].tolist()):
        names = [token for token in tokens if token < spec.names]
        if order_of(names) == BAB:
            differences.append((logits[row, names[1]] - logits[row, names[0]]).item())
    assert values[BAB][1].item() == pytest.approx(sum(differences) / len(differences))


def test_attention_is_read_between_the_places_of_each_example():
    pattern = torch.arange(2 * 3 * 3.0).reshape(1, 2, 1, 3, 3)
    read = _attention(pattern, torch.tensor([[2, 1]]), torch.tensor([[0, 1]]))
    assert read.flatten().tolist() == [pattern[0, 0, 0, 2, 0].item(), pattern[0, 1, 0, 1, 1].item()]


@SPECS
def test_heads_without_queries_attend_to_every_role_alike(spec):
    moment = snapshot(spec, n_layers=1)
    moment.weights["blocks.0.attn.W_Q"].zero_()
    values = measure(AttentionToRoles(), moment)
    for key in ("IO", "S1", "S2", "BOS"):
        assert values[f"END to {key} L0H1"].tolist() == pytest.approx([1 / spec.n_ctx] * 2)
    assert (values["S2 to S1"] >= 1 / spec.n_ctx).all()


@SPECS
def test_what_the_parts_write_adds_up_to_the_difference_of_the_logits(spec):
    """So the name that comes again is what they are set against, and examples without one are left out."""
    moment = snapshot(spec)
    parts = measure(LogitAttribution(examples=spec.n_test), moment)
    whole = measure(NameDifference(), moment)[""]
    assert parts[""].tolist() == pytest.approx(whole.tolist(), abs=1e-6)


@SPECS
def test_an_example_is_corrupted_by_the_other_name_coming_again(spec):
    clean = held_out(spec)
    corrupted = implementation_of(spec, "corrupted")(spec, clean)
    for before, after, (right,), (wrong,) in zip(
        *(t.tolist() for t in (clean.inputs, corrupted.inputs, clean.labels, corrupted.labels)), strict=True
    ):
        names, others = ([token for token in tokens if token < spec.names] for tokens in (before, after))
        if order_of(names) == ABC:
            assert wrong == IGNORED
            continue
        assert {order_of(names), order_of(others)} == {ABB, BAB}
        assert (names[:2], names[2], others[2]) == (others[:2], wrong, right)
        assert sum(a != b for a, b in zip(before, after, strict=True)) == 1
