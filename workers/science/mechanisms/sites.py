"""The parts of a transformer whose output can be replaced."""

from collections.abc import Mapping
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from workers.science.evaluation import EditsOf
from workers.science.model import Edit, Model
from workers.science.transformer import Transformer


@dataclass(frozen=True)
class Site:
    """One part's output: the whole of an activation, or the head's share of it."""

    name: str
    hook: str
    head: int | None = None


def heads_of(model: Transformer) -> list[Site]:
    return [
        Site(f"L{layer}H{head}", f"blocks.{layer}.attn.hook_z", head)
        for layer in range(model.spec.n_layers)
        for head in range(model.spec.n_heads)
    ]


def layers_of(model: Transformer) -> list[Site]:
    """The attention of each layer, and its MLP where there is one."""
    kinds = {"attention": "hook_attn_out"} | ({"MLP": "hook_mlp_out"} if model.spec.d_mlp else {})
    return [
        Site(f"L{layer} {kind}", f"blocks.{layer}.{hook}")
        for layer in range(model.spec.n_layers)
        for kind, hook in kinds.items()
    ]


def replacing(site: Site, other: Float[Tensor, "seed example *dims"]) -> EditsOf:
    """Puts `other` in the place of the site's activation, example by example."""

    def edits_of(rows: slice) -> Mapping[str, Edit]:
        new = other[:, rows]
        return {site.hook: lambda x: new if site.head is None else with_head(x, new, site.head)}

    return edits_of


def with_head(
    x: Float[Tensor, "seed example pos head d_head"], other: Float[Tensor, "seed example pos head d_head"], head: int
) -> Float[Tensor, "seed example pos head d_head"]:
    """x with one head's numbers from `other`."""
    changed = x.clone()
    changed[..., head, :] = other[..., head, :]
    return changed


def by_head(model: Model, values: Float[Tensor, "seed head"], suffix: str = "") -> dict[str, Float[Tensor, "seed"]]:
    """One value per head, layer by layer, under the names of the heads, and the largest as "largest head"; nothing of a
    transformer without layers."""
    assert isinstance(model, Transformer), "only transformers have heads"
    if not model.spec.n_layers:
        return {}
    names = [f"L{layer}H{head}" for layer in range(model.spec.n_layers) for head in range(model.spec.n_heads)]
    named = {"largest head": values.amax(1)} | dict(zip(names, values.unbind(1), strict=True))
    return {f"{name}{suffix}": value for name, value in named.items()}
