"""Tasks made of tasks: the data of each part, with a token in front that tells the part where one is asked for."""

import torch

from experiments.recipe.combined import Combined, Mixture, TwoPhase
from workers.science.dataset import Dataset, Draw, Examples
from workers.science.registry import implementation_of, implements


@implements(Mixture)
def mixture(spec: Mixture, generator: torch.Generator) -> dict[str, Dataset]:
    """The data of each part. With parts "add" and "subtract" modulo 5 and an operation token, 3 + 4 is
    [6, 3, 4, 5] and 3 - 4 is [7, 3, 4, 5]: 5 stands for "=", 6 and 7 for the parts in their order."""
    return _parts(spec, generator)


@implements(TwoPhase)
def two_phase(spec: TwoPhase, generator: torch.Generator) -> dict[str, Dataset]:
    """The data of both tasks, under "first" and "second"; when each is trained is for the batches to tell."""
    return _parts(spec, generator)


def _parts(spec: Combined, generator: torch.Generator) -> dict[str, Dataset]:
    """Every part draws from the generator as it comes, so that equal splits hold equal examples."""
    parts = {
        name: implementation_of(task)(task, torch.Generator().set_state(generator.get_state()))
        for name, task in spec.tasks.items()
    }
    positions = {dataset.answer_positions for dataset in parts.values()}
    if len(positions) > 1:
        raise ValueError(
            f"task: its parts are answered at different positions: {', '.join(map(str, sorted(positions)))}"
        )
    if not spec.operation_token:
        return parts
    first_token = spec.d_vocab - len(parts)
    return {name: _told_apart(dataset, first_token + place) for place, (name, dataset) in enumerate(parts.items())}


def _told_apart(dataset: Dataset, token: int) -> Dataset:
    """The data with a token in front of every example."""
    return Dataset(
        answer_positions=tuple(position + 1 for position in dataset.answer_positions),
        train=_begun(dataset.train, token) if isinstance(dataset.train, Examples) else _drawing(dataset.train, token),
        test=_begun(dataset.test, token),
    )


def _begun(examples: Examples, token: int) -> Examples:
    front = torch.full_like(examples.inputs[:, :1], token)
    return Examples(torch.cat([front, examples.inputs], dim=1), examples.labels)


def _drawing(draw: Draw, token: int) -> Draw:
    return lambda generator, n_examples: _begun(draw(generator, n_examples), token)
