import torch

from experiments.recipe.tasks import SkipTrigram
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements


@implements(SkipTrigram)
def skip_trigram(spec: SkipTrigram, generator: torch.Generator) -> Dataset:
    """Fillers, one source of each query at random places, and a query, answered as the table says.

    With fillers f, queries A and B, and sources a1, a2, b1, b2: the table may say a1 -> 4, a2 -> 0, b1 -> 4, b2 -> 7.
    Then [f, b2, f, a1, A] has label 4, and [f, b2, f, a1, B] has label 7.
    """
    table = torch.randint(spec.answer_tokens, (spec.queries, spec.sources), generator=generator)

    def draw(drawing: torch.Generator, n_examples: int) -> Examples:
        n_before = spec.length - 1
        inputs = torch.randint(spec.filler_vocabulary, (n_examples, spec.length), generator=drawing)
        chosen = torch.randint(spec.sources, (n_examples, spec.queries), generator=drawing)  # one source of each query
        places = torch.rand(n_examples, n_before, generator=drawing).argsort(1)[:, : spec.queries]
        inputs.scatter_(1, places, spec.first_source + torch.arange(spec.queries) * spec.sources + chosen)
        queries = torch.randint(spec.queries, (n_examples, 1), generator=drawing)
        inputs[:, -1:] = spec.first_query + queries
        return Examples(inputs, table[queries, chosen.gather(1, queries)])

    return Dataset(answer_positions=(spec.length - 1,), train=draw, test=draw(generator, spec.n_test))
