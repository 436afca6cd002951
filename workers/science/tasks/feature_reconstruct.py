import torch

from experiments.recipe.tasks import FeatureReconstruct
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements


@implements(FeatureReconstruct)
def feature_reconstruct(spec: FeatureReconstruct, generator: torch.Generator) -> Dataset:
    """Sparse features, each 0 with probability S and else uniform in [0, 1] ([-1, 1] for the target abs).

    Training examples are drawn afresh each step, or once as the test set is. With 3 features: x = [0, 0.7, 0] is to be
    given back as [0, 0.7, 0]; for abs, x = [0, -0.7, 0.1] as [0, 0.7, 0.1]. Source: Elhage et al. 2022, "Toy Models of
    Superposition", section 2; "Computation in Superposition" for abs.
    """

    def draw(generator: torch.Generator, n_examples: int) -> Examples:
        shape = (n_examples, 1, spec.n_features)  # (example, pos, feature)
        values = torch.rand(shape, generator=generator)
        is_there = torch.rand(shape, generator=generator) >= spec.sparsity
        if spec.target == "abs":
            values = 2 * values - 1
        features = values * is_there
        if spec.unit_length:
            features = features / features.norm(dim=-1, keepdim=True).clamp(min=torch.finfo(features.dtype).tiny)
        return Examples(features, features.abs() if spec.target == "abs" else features)

    test = draw(generator, spec.n_test)
    train = draw if spec.n_examples is None else draw(generator, spec.n_examples)
    return Dataset(answer_positions=(0,), train=train, test=test)
