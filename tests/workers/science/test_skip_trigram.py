"""Skip-trigrams against their definition."""

import pytest
import torch

from experiments.recipe.tasks import SkipTrigram
from workers.science.randomness import generator
from workers.science.tasks import build_dataset

SPEC = SkipTrigram(queries=3, sources=4, answer_tokens=5, filler_vocabulary=6, length=7, n_test=400)


def dataset(seed=0):
    return build_dataset(SPEC, generator(seed, "data"))


def found_in(examples):
    """Of each example: its query, the source of that query, and its answer."""
    for tokens, (label,) in zip(examples.inputs.tolist(), examples.labels.tolist(), strict=True):
        *before, last = tokens
        sources = sorted(token - SPEC.first_source for token in before if token >= SPEC.first_source)
        assert [source // SPEC.sources for source in sources] == [0, 1, 2]  # one source of each query
        query = last - SPEC.first_query
        yield query, sources[query] % SPEC.sources, label


def test_the_answer_is_what_one_table_says_in_both_sets():
    data = dataset()
    table = {}
    for examples in (data.test, data.train(generator(0, "batch", 1), 200)):
        for query, source, label in found_in(examples):
            assert table.setdefault((query, source), label) == label
    assert len(table) == 12 and len(set(table.values())) > 2


def test_sources_stand_anywhere_before_the_query():
    is_source = (dataset().test.inputs >= SPEC.first_source).double().mean(0)
    assert is_source[:-1].tolist() == pytest.approx([0.5] * 6, abs=0.1)
    assert is_source[-1] == 1.0


def test_each_seed_has_a_table_of_its_own():
    first, second = ({(q, s): label for q, s, label in found_in(dataset(seed).test)} for seed in (0, 1))
    assert first != second
    assert torch.equal(dataset().test.inputs, dataset().test.inputs)


def test_more_queries_than_places_are_refused():
    with pytest.raises(ValueError, match="length"):
        SkipTrigram(queries=8, length=8)
