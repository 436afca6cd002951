import torch
from jaxtyping import Bool, Int
from torch import Tensor

from experiments.recipe.tasks import IGNORED, RandomPeriod, RepeatedSubsequence
from experiments.recipe.tasks.repeats import STARTS, WITHIN
from workers.science.dataset import Dataset, Draw, Examples
from workers.science.registry import implements


@implements(RandomPeriod)
def random_period(spec: RandomPeriod, generator: torch.Generator) -> Dataset:
    """A random sequence over and over.

    With period 3: [7, 2, 5, 7, 2, 5, 7] is read as [7, 2, 5, 7, 2, 5] and answered with [-, -, 7, 2, 5, 7].
    """

    def draw(generator: torch.Generator, n_examples: int) -> Examples:
        drawn = torch.randint(spec.vocabulary, (n_examples, spec.longest), generator=generator)
        periods = torch.randint(spec.shortest, spec.longest + 1, (n_examples, 1), generator=generator)
        places = torch.arange(spec.length)
        return _asked(drawn.gather(1, places % periods), places >= periods)

    return _dataset(draw, spec.n_ctx, draw(generator, spec.n_test))


@implements(RepeatedSubsequence)
def repeated_subsequence(spec: RepeatedSubsequence, generator: torch.Generator) -> Dataset:
    """Random tokens with copies of one subsequence at random places that do not overlap, every arrangement alike.

    With the subsequence 7 2 twice: [4, 7, 2, 9, 7, 2] is read as [4, 7, 2, 9, 7] and answered with [-, -, -, 7, 2].
    """

    def draw(generator: torch.Generator, n_examples: int) -> Examples:
        tokens = torch.randint(spec.vocabulary, (n_examples, spec.length), generator=generator)
        subsequence = torch.randint(spec.vocabulary, (n_examples, spec.span), generator=generator)
        starts = _starts(spec, n_examples, generator)
        places = starts[:, :, None] + torch.arange(spec.span)  # (example, copy, place)
        tokens = tokens.scatter(1, places.flatten(1), subsequence.repeat(1, spec.copies))
        asked = torch.zeros_like(tokens, dtype=torch.bool).scatter(1, places[:, 1:].flatten(1), True)
        return _asked(tokens, asked)

    return _dataset(draw, spec.n_ctx, draw(generator, spec.n_test))


def _starts(spec: RepeatedSubsequence, n_examples: int, generator: torch.Generator) -> Int[Tensor, "example copy"]:
    """Which of the single tokens and copies in a row are copies, as places of their first tokens."""
    n_in_a_row = spec.length - spec.copies * (spec.span - 1)
    shuffled = torch.rand(n_examples, n_in_a_row, generator=generator).argsort(1)
    return shuffled[:, : spec.copies].sort(1).values + torch.arange(spec.copies) * (spec.span - 1)


def _asked(tokens: Int[Tensor, "example token"], asked: Bool[Tensor, "example token"]) -> Examples:
    """Each position is answered with the next token, where that one is asked for."""
    return Examples(tokens[:, :-1].clone(), tokens.where(asked, IGNORED)[:, 1:])


def _dataset(draw: Draw, n_ctx: int, test: Examples) -> Dataset:
    return Dataset(answer_positions=tuple(range(n_ctx)), train=draw, test=test)


@implements(RandomPeriod, "slices")
def of_a_random_period(spec: RandomPeriod, examples: Examples) -> dict[str, Bool[Tensor, "*seed example answer"]]:
    """The first answer that is asked for starts the repeat; the others are known from the period before."""
    asked = examples.labels != IGNORED
    starts = asked & (asked.cumsum(-1) == 1)
    return {STARTS: starts, WITHIN: asked & ~starts}


@implements(RepeatedSubsequence, "slices")
def of_copies(spec: RepeatedSubsequence, examples: Examples) -> dict[str, Bool[Tensor, "*seed example answer"]]:
    """Of every copy, the first token starts it; copies may touch, so answers are counted off in copies."""
    asked = examples.labels != IGNORED
    starts = asked & (asked.cumsum(-1) % spec.span == 1)
    return {STARTS: starts, WITHIN: asked & ~starts}
