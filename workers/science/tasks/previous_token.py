import torch

from experiments.recipe.tasks import PreviousToken
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements


@implements(PreviousToken)
def previous_token(spec: PreviousToken, generator: torch.Generator) -> Dataset:
    """Uniform random tokens; at each position after the first the answer is the token one place before.

    Training examples are drawn afresh each step, the test set once.
    With length 4: tokens [7, 2, 2, 5] have labels [7, 2, 2], read at positions 1, 2, 3.
    """

    def draw(generator: torch.Generator, n_examples: int) -> Examples:
        tokens = torch.randint(spec.vocabulary, (n_examples, spec.length), generator=generator)
        return Examples(tokens, tokens[:, :-1].clone())

    return Dataset(
        answer_positions=tuple(range(1, spec.length)),
        train=draw,
        test=draw(generator, spec.n_test),
    )
