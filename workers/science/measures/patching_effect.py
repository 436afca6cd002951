from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import PatchingEffect
from workers.science.evaluation import Snapshot
from workers.science.mechanisms.asked import asked_by
from workers.science.mechanisms.patching import effects_by_position, effects_of_heads, pairs_of
from workers.science.naming import distinct
from workers.science.registry import implements


@implements(PatchingEffect)
def patching_effect(spec: PatchingEffect, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """What comes back of the right answer, of each head or of each layer at each position: 0 nothing, 1 all."""
    pairs = pairs_of(snapshot, asked_by(spec, snapshot))
    if spec.of == "heads":
        effects = effects_of_heads(pairs)
    else:
        names = distinct(snapshot.task.position_names)
        effects = {
            f"{site} {name}": effect
            for site, by_position in effects_by_position(pairs, spec.of).items()
            for name, effect in zip(names, by_position.unbind(1), strict=True)
        }
    return {f"{name}{spec.said_which}": effect for name, effect in effects.items()}
