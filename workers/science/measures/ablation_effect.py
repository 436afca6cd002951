from collections.abc import Callable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import AblationEffect, AblationEffectOnAccuracy
from experiments.recipe.measures.mechanisms import Ablation
from workers.science.evaluation import Snapshot
from workers.science.mechanisms.ablation import ablation_effects
from workers.science.mechanisms.asked import accuracy_at, asked_by, loss_at
from workers.science.registry import implements

Effects = Mapping[str, Float[Tensor, "seed"]]
Largest = Callable[[Tensor, int], Tensor]


@implements(AblationEffect)
def ablation_effect(spec: AblationEffect, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Loss with a part's output replaced, minus the loss without: positive where the part helps."""
    asked = asked_by(spec, snapshot)
    effects = ablation_effects(snapshot, asked, spec.by, lambda outputs: loss_at(snapshot, outputs, asked.labels))
    return _named(spec, effects, torch.amax)


@implements(AblationEffectOnAccuracy)
def ablation_effect_on_accuracy(spec: AblationEffectOnAccuracy, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Accuracy with a part's output replaced, minus the accuracy without, in [-1, 1]: negative where the part helps."""
    asked = asked_by(spec, snapshot)
    effects = ablation_effects(snapshot, asked, spec.by, lambda outputs: accuracy_at(outputs, asked.labels))
    return _named(spec, effects, torch.amin)


def _named(spec: Ablation, effects: Effects, largest: Largest) -> dict[str, Float[Tensor, "seed"]]:
    """Nothing where there are no parts."""
    of_heads = [effect for name, effect in effects.items() if " " not in name]
    everything = {"largest head": largest(torch.stack(of_heads), 0), **effects} if of_heads else {}
    return {f"{spec.by} {name}{spec.said_which}": effect for name, effect in everything.items()}
