import torch

from experiments.recipe.interventions import ShuffleLabels
from workers.science.dataset import Dataset, Examples
from workers.science.interventions.intervention import Intervention
from workers.science.registry import implements


@implements(ShuffleLabels)
class ShuffleTrainLabels(Intervention):
    """Permute the labels of a share of the training set among themselves; the test set keeps its own."""

    def __init__(self, spec: ShuffleLabels) -> None:
        self.spec = spec

    def edit_data(self, dataset: Dataset, generator: torch.Generator) -> Dataset:
        assert isinstance(dataset.train, Examples), "only a fixed training set has labels to shuffle"
        n_shuffled = round(self.spec.fraction * len(dataset.train))
        chosen = torch.randperm(len(dataset.train), generator=generator)[:n_shuffled]
        labels = dataset.train.labels.clone()
        labels[chosen] = labels[chosen[torch.randperm(n_shuffled, generator=generator)]]
        return dataset.with_train_labels(labels)
