"""What is shown at each step: a function of the seeds and the step, so that resuming needs no replay."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import torch
from jaxtyping import Int
from torch import Tensor

from experiments.recipe.combined import Combined, TaskSpec
from experiments.recipe.curriculum import Curriculum, task_at
from experiments.recipe.shares import counts_at, phases, shares_at
from experiments.recipe.tasks import SingleTask
from experiments.recipe.training import Training
from workers.science.dataset import Dataset, Draw, Examples, joined, stacked
from workers.science.randomness import generator
from workers.science.tasks import build_dataset


@dataclass(frozen=True)
class Batch:
    """The examples of every seed, those of each part of the task in turn."""

    examples: Examples
    pieces: tuple[tuple[int, float], ...]  # of each part: how many examples, and what their mean weighs in the loss


class Batches:
    """The examples of each step: the whole training sets of the parts that have a share, or a number from each.

    A number is drawn anew from the task, or from a fixed set: with replacement, or epoch after epoch. With a
    curriculum, it is drawn from the task as it is at the step; positions and answers that it lacks are not there.
    """

    def __init__(
        self,
        task: TaskSpec,
        training: Training,
        parts: Mapping[str, Sequence[Dataset]],
        seeds: Sequence[int],
        device: torch.device,
        curriculum: Sequence[Curriculum] = (),
    ) -> None:
        self.task, self.training, self.parts, self.seeds, self.device = task, training, parts, seeds, device
        self.curriculum = curriculum
        self._whole_sets = lru_cache(maxsize=1)(self._join_whole_sets)
        self._order = lru_cache(maxsize=4 * len(seeds) * len(parts))(self._draw_order)
        self._eased = lru_cache(maxsize=len(seeds))(self._build_eased)

    def at(self, step: int) -> Batch:
        shares, counts = shares_at(self.task, step), counts_at(self.task, self.training.batch, step)
        if self.training.batch == "full":
            examples = self._whole_sets(tuple(shares))
        else:
            examples = joined([self._drawn(name, counts[name], step) for name in shares]).to(self.device)
        return Batch(examples, tuple((counts[name], share) for name, share in shares.items()))

    def _join_whole_sets(self, names: Iterable[str]) -> Examples:
        return joined([stacked([_fixed(dataset) for dataset in self.parts[name]]) for name in names]).to(self.device)

    def _drawn(self, name: str, count: int, step: int) -> Examples:
        """The examples of one part for every seed."""
        drawn = []
        for place, (dataset, seed) in enumerate(zip(self.parts[name], self.seeds, strict=True)):
            if isinstance(dataset.train, Examples):
                drawn.append(dataset.train.take(self._rows(name, place, count, step)))
            else:
                draw = self._eased(seed, self._task_at(step)) if self.curriculum else dataset.train
                drawn.append(draw(generator(seed, f"batch {name}".strip(), step), count))
        return stacked(drawn)

    def _task_at(self, step: int) -> SingleTask:
        eased = task_at(self.task, self.curriculum, step)
        assert not isinstance(eased, Combined), "the recipe refuses a curriculum there"
        return eased

    def _build_eased(self, seed: int, eased: SingleTask) -> Draw:
        """What draws one seed's examples of an easier task, as the network of the whole task reads them."""
        dataset, (whole,) = build_dataset(eased, generator(seed, "data")), self.parts.values()
        assert not isinstance(dataset.train, Examples), "the recipe refuses a curriculum there"
        n_answers = len(dataset.answer_positions)
        assert dataset.answer_positions == whole[0].answer_positions[:n_answers], "an easier task is asked elsewhere"
        return partial(_widened, dataset.train, self.task.d_in)

    def _rows(self, name: str, place: int, count: int, step: int) -> Int[Tensor, "row"]:
        """Which examples of a fixed set one seed sees."""
        n_train = len(_fixed(self.parts[name][place]))
        if self.training.sampling == "with-replacement":
            drawing = generator(self.seeds[place], f"batch {name}".strip(), step)
            return torch.randint(n_train, (count,), generator=drawing)
        first = self._seen_before(name, step)
        epochs = range(first // n_train, (first + count - 1) // n_train + 1)
        orders = torch.cat([self._order(name, place, epoch) for epoch in epochs])
        return orders[first % n_train :][:count]

    def _seen_before(self, name: str, step: int) -> int:
        """Examples of a part that the steps before have shown."""
        seen = 0
        for first, n_steps in phases(self.task, self.training.steps):
            count = counts_at(self.task, self.training.batch, first).get(name, 0)
            seen += count * min(max(step - first, 0), n_steps)
        return seen

    def _draw_order(self, name: str, place: int, epoch: int) -> Int[Tensor, "row"]:
        """The order in which one seed sees the examples of a part in an epoch, each once. A batch may end one epoch and
        begin the next."""
        n_train = len(_fixed(self.parts[name][place]))
        return torch.randperm(n_train, generator=generator(self.seeds[place], f"epoch {name}".strip(), epoch))


def _widened(draw: Draw, d_in: int, drawing: torch.Generator, n_examples: int) -> Examples:
    """Examples whose vectors have zeros for the numbers that they lack."""
    examples = draw(drawing, n_examples)
    if not examples.inputs.is_floating_point():
        return examples
    return Examples(torch.nn.functional.pad(examples.inputs, (0, d_in - examples.inputs.shape[-1])), examples.labels)


def _fixed(dataset: Dataset) -> Examples:
    assert isinstance(dataset.train, Examples), "full batches and epochs need a fixed training set"
    return dataset.train
