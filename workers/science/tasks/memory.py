import torch

from experiments.recipe.tasks import RandomLabels, RandomStrings
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements


@implements(RandomLabels)
def random_labels(spec: RandomLabels, generator: torch.Generator) -> Dataset:
    """Every pair (a, b) of n symbols with a label drawn from them, split once into train and test.

    Tokens are a, b and "=" (written as n); the answer is read at the last position. With n = 5: [3, 4, 5] may have
    label 0, and [4, 3, 5] label 2.
    """
    symbols = torch.arange(spec.symbols)
    a, b = torch.cartesian_prod(symbols, symbols).T  # each (pair,)
    labels = torch.randint(spec.symbols, (len(a), 1), generator=generator)
    pairs = Examples(torch.stack([a, b, torch.full_like(a, spec.symbols)], dim=1), labels)
    order = torch.randperm(len(pairs), generator=generator)
    return Dataset(
        answer_positions=(2,), train=pairs.take(order[: spec.n_train]), test=pairs.take(order[spec.n_train :])
    )


@implements(RandomStrings)
def random_strings(spec: RandomStrings, generator: torch.Generator) -> Dataset:
    """Strings that differ in the tokens they begin with, and are random after them.

    With length 5 and 2 tokens given: [7, 2, 5, 5, 0] is read as [7, 2, 5, 5] and answered with [5, 5, 0] at positions
    1 to 3.
    """
    n_strings = spec.strings + spec.n_test
    tokens = torch.randint(spec.vocabulary, (n_strings, spec.length), generator=generator)
    beginnings = torch.randperm(spec.n_beginnings, generator=generator)[:n_strings, None]
    digits = spec.vocabulary ** torch.arange(spec.given)
    tokens[:, : spec.given] = beginnings // digits % spec.vocabulary  # numbers that differ, written with these digits
    strings = Examples(tokens[:, :-1].clone(), tokens[:, spec.given :].clone())
    rows = torch.arange(n_strings)
    return Dataset(
        answer_positions=tuple(range(spec.given - 1, spec.n_ctx)),
        train=strings.take(rows[: spec.strings]),
        test=strings.take(rows[spec.strings :]),
    )
