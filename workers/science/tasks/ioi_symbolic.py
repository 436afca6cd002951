import torch
from jaxtyping import Bool, Int
from torch import Tensor

from experiments.recipe.tasks import IGNORED, IoiSymbolic
from experiments.recipe.tasks.ioi import ABB, ABC, BAB
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements

NAME_1, NAME_2, SUBJECT = 0, 1, 2  # the names of an example in their order


@implements(IoiSymbolic)
def ioi_symbolic(spec: IoiSymbolic, generator: torch.Generator) -> Dataset:
    """Names A, B and a third one that is A, B or neither, between BOS and END; the answer is the name that is alone.

    With 20 names, BOS is 20 and END is 21. ABB: [20, 7, 4, 4, 21] has label 7. BAB: [20, 7, 4, 7, 21] has label 4.
    ABC: [20, 7, 4, 9, 21] has 7, 4 or 9, at random. With two fillers (22 and up) the first may be
    [20, 25, 7, 4, 22, 4, 21]. Training examples are drawn afresh each step, the test set once.
    """

    def draw(generator: torch.Generator, n_examples: int) -> Examples:
        of_three = torch.rand(n_examples, spec.names, generator=generator).argsort(1)[:, :3]  # three different names
        is_ambiguous = torch.rand(n_examples, generator=generator) < spec.ambiguous
        repeated = torch.randint(2, (n_examples, 1), generator=generator)  # place of the name that comes again
        guessed = torch.randint(3, (n_examples, 1), generator=generator)
        subject = torch.where(is_ambiguous, of_three[:, SUBJECT], of_three.gather(1, repeated)[:, 0])
        names = torch.stack([of_three[:, NAME_1], of_three[:, NAME_2], subject], dim=1)
        labels = torch.where(is_ambiguous[:, None], names.gather(1, guessed), names.gather(1, 1 - repeated))
        return Examples(_between_fillers(spec, names, generator), labels)

    return Dataset(answer_positions=(spec.n_ctx - 1,), train=draw, test=draw(generator, spec.n_test))


def _between_fillers(
    spec: IoiSymbolic, names: Int[Tensor, "example 3"], generator: torch.Generator
) -> Int[Tensor, "example pos"]:
    """BOS, the names in their order at random places among fillers, END."""
    inputs = torch.full((len(names), spec.n_ctx), spec.begin_token)
    inputs[:, -1] = spec.end_token
    if not spec.filler:
        inputs[:, 1:-1] = names
        return inputs
    n_between = spec.filler + 3
    fillers = torch.randint(spec.filler_vocabulary, (len(names), n_between), generator=generator) + spec.end_token + 1
    places = torch.rand(len(names), n_between, generator=generator).argsort(1)[:, :3].sort(1).values
    inputs[:, 1:-1] = fillers.scatter(1, places, names)
    return inputs


def places_of_names(spec: IoiSymbolic, inputs: Int[Tensor, "*seed example pos"]) -> Int[Tensor, "*seed example 3"]:
    """The positions of the three names, in their order."""
    is_name = inputs < spec.names
    later = torch.arange(spec.n_ctx, device=inputs.device).expand_as(inputs).where(is_name, spec.n_ctx)
    return later.sort(-1).values[..., :3]


@implements(IoiSymbolic, "slices")
def of_orders(spec: IoiSymbolic, examples: Examples) -> dict[str, Bool[Tensor, "*seed example answer"]]:
    """Which of the first two names comes again, or none."""
    names = examples.inputs.gather(-1, places_of_names(spec, examples.inputs))
    first, second, subject = (names[..., place : place + 1] for place in (NAME_1, NAME_2, SUBJECT))
    kinds = {ABB: subject == second, BAB: subject == first, ABC: (subject != first) & (subject != second)}
    return {name: kinds[name] for name in spec.slices}


@implements(IoiSymbolic, "wrong")
def repeated_names(spec: IoiSymbolic, examples: Examples) -> Int[Tensor, "*seed example answer"]:
    """The subject is set against the indirect object, where a name comes again; elsewhere no name is wrong."""
    names = examples.inputs.gather(-1, places_of_names(spec, examples.inputs))
    subject = names[..., SUBJECT:]
    comes_again = (names[..., :SUBJECT] == subject).any(-1, keepdim=True)
    return subject.where(comes_again, IGNORED)


@implements(IoiSymbolic, "corrupted")
def other_name_again(spec: IoiSymbolic, examples: Examples) -> Examples:
    """The other name comes again: ABB becomes BAB and BAB becomes ABB, so the right answer is the one that was wrong.
    One position is another; where three names stand there is nothing to ask."""
    subject = places_of_names(spec, examples.inputs)[..., SUBJECT:]
    wrong = repeated_names(spec, examples)
    other = examples.labels.where(wrong != IGNORED, examples.inputs.gather(-1, subject))
    return Examples(examples.inputs.scatter(-1, subject, other), wrong)
