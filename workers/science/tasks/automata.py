from collections.abc import Callable

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from experiments.recipe.tasks import IGNORED, CyclicAutomaton, DyckAutomaton, FlipFlop, PermutationAutomaton
from experiments.recipe.tasks.automata import Automaton
from workers.science.dataset import Dataset, Examples
from workers.science.permutations import composition_table
from workers.science.registry import implements

Tokens = Int[Tensor, "example pos"]
Drawn = Callable[[torch.Generator, int], tuple[Tokens, Tokens]]  # so many examples' tokens and states


@implements(CyclicAutomaton)
def cyclic_automaton(spec: CyclicAutomaton, generator: torch.Generator) -> Dataset:
    """Sums modulo k. With k = 2: tokens [1, 0, 1, 1] have states [1, 1, 0, 1]."""

    def draw(generator: torch.Generator, n_examples: int) -> tuple[Tokens, Tokens]:
        tokens = torch.randint(spec.modulus, (n_examples, spec.n_ctx), generator=generator)
        return tokens, tokens.cumsum(1) % spec.modulus

    return _dataset(spec, draw, generator)


@implements(FlipFlop)
def flip_flop(spec: FlipFlop, generator: torch.Generator) -> Dataset:
    """The bit that was written last. Tokens [2, 1, 2, 2, 0] have states [0, 1, 1, 1, 0]."""

    def draw(generator: torch.Generator, n_examples: int) -> tuple[Tokens, Tokens]:
        bits = torch.randint(2, (n_examples, spec.n_ctx), generator=generator)
        is_idle = torch.rand((n_examples, spec.n_ctx), generator=generator) < spec.idle
        places = torch.arange(spec.n_ctx).where(~is_idle, -1)
        last = places.cummax(1).values  # where the bit was written last; -1: nowhere yet
        written = bits.gather(1, last.clamp(min=0)).where(last >= 0, 0)
        return bits.where(~is_idle, 2), written

    return _dataset(spec, draw, generator)


@implements(PermutationAutomaton)
def permutation_automaton(spec: PermutationAutomaton, generator: torch.Generator) -> Dataset:
    """Products of permutations, each token applied after those before it.

    With n = 3 (0: 012, 1: 021, 2: 102, 3: 120, ...): tokens [1, 2, 0] have states [1, 3, 3], as 102 after 021 is 120.
    """
    table = composition_table(spec.degree)

    def draw(generator: torch.Generator, n_examples: int) -> tuple[Tokens, Tokens]:
        tokens = torch.randint(spec.d_vocab, (n_examples, spec.n_ctx), generator=generator)
        states = [tokens[:, 0]]
        for position in range(1, spec.n_ctx):
            states.append(table[tokens[:, position], states[-1]])
        return tokens, torch.stack(states, dim=1)

    return _dataset(spec, draw, generator)


@implements(DyckAutomaton)
def dyck(spec: DyckAutomaton, generator: torch.Generator) -> Dataset:
    """How many brackets are open. With depth 2, (()(( cannot be, and [0, 0, 1, 1, 0] has states [1, 2, 1, 0, 1]."""

    def draw(generator: torch.Generator, n_examples: int) -> tuple[Tokens, Tokens]:
        closes = torch.randint(2, (n_examples, spec.n_ctx), generator=generator)
        n_open = torch.zeros(n_examples, dtype=torch.int64)
        tokens, states = [], []
        for position in range(spec.n_ctx):
            token = closes[:, position].where(n_open > 0, 0).where(n_open < spec.depth, 1)
            n_open = n_open + 1 - 2 * token
            tokens.append(token)
            states.append(n_open)
        return torch.stack(tokens, dim=1), torch.stack(states, dim=1)

    return _dataset(spec, draw, generator)


def _dataset(spec: Automaton, drawn: Drawn, generator: torch.Generator) -> Dataset:
    """Fresh examples that ask for the first states alone, and a test set that asks for all."""

    def draw(generator: torch.Generator, n_examples: int) -> Examples:
        tokens, states = drawn(generator, n_examples)
        return Examples(tokens, states.where(torch.arange(spec.n_ctx) < spec.length, IGNORED))

    return Dataset(tuple(range(spec.n_ctx)), train=draw, test=Examples(*drawn(generator, spec.n_test)))


@implements(CyclicAutomaton, "slices")
@implements(FlipFlop, "slices")
@implements(PermutationAutomaton, "slices")
@implements(DyckAutomaton, "slices")
def stretches(spec: Automaton, examples: Examples) -> dict[str, Bool[Tensor, "*seed example answer"]]:
    """Which answers lie in which stretch of positions."""
    stretch = torch.arange(spec.n_ctx, device=examples.labels.device) // spec.length
    return {name: (stretch == place).expand(examples.labels.shape) for place, name in enumerate(spec.slices)}
