"""Of indirect object identification: logits of the two names, and attention to the roles that the names have."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from experiments.recipe.measures import AttentionToRoles, NameDifference
from experiments.recipe.tasks import IoiSymbolic
from experiments.recipe.tasks.ioi import ABB, BAB
from workers.science.evaluation import Snapshot, recorded
from workers.science.registry import implements
from workers.science.tasks.ioi_symbolic import NAME_1, NAME_2, SUBJECT, places_of_names
from workers.science.transformer import Transformer

Places = Int[Tensor, "seed example"]


@implements(NameDifference)
def name_difference(spec: NameDifference, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mean of logit[IO] - logit[S] over the examples of the orders ABB and BAB, and of each."""
    task, inputs = snapshot.task, snapshot.splits["test"].inputs
    assert isinstance(task, IoiSymbolic), "the recipe's check lets no other task in"
    subjects = inputs.gather(-1, places_of_names(task, inputs))[..., SUBJECT:]  # (seed, example, 1)
    logits = snapshot.outputs("test")[:, :, 0].double()  # (seed, example, name)
    differences = (logits.gather(-1, snapshot.labels("test")) - logits.gather(-1, subjects))[..., 0]
    slices = snapshot.slices("test")
    orders = {order: slices[order][..., 0] for order in (ABB, BAB)}
    kinds = {"": orders[ABB] | orders[BAB]} | orders
    return {name: mean_where(differences, kind) for name, kind in kinds.items()}


@implements(AttentionToRoles)
def attention_to_roles(spec: AttentionToRoles, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mean of the pattern from one role to another over the examples of the orders ABB and BAB, of each head."""
    model, inputs = snapshot.model, snapshot.splits["test"].inputs
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    names = [f"blocks.{layer}.attn.hook_pattern" for layer in range(model.spec.n_layers)]
    patterns = recorded(model, snapshot.weights, inputs, names)
    by_head = torch.cat([patterns[name] for name in names], dim=2).double()  # (seed, example, layer head, query, key)
    heads = [f"L{layer}H{head}" for layer in range(model.spec.n_layers) for head in range(model.spec.n_heads)]
    roles, is_asked = _roles(snapshot)
    values: dict[str, Tensor] = {}
    for query, key in (("END", "IO"), ("END", "S1"), ("END", "S2"), ("END", "BOS"), ("S2", "S1")):
        of_heads = mean_where(_attention(by_head, roles[query], roles[key]), is_asked[..., None])  # (seed, layer head)
        values[f"{query} to {key}"] = of_heads.amax(1)
        values |= {f"{query} to {key} {head}": of_heads[:, place] for place, head in enumerate(heads)}
    return values


def _roles(snapshot: Snapshot) -> tuple[dict[str, Places], Bool[Tensor, "seed example"]]:
    """The position of each role, and the examples in which a name comes again: elsewhere there is no IO and no S1."""
    task, inputs, slices = snapshot.task, snapshot.splits["test"].inputs, snapshot.slices("test")
    assert isinstance(task, IoiSymbolic), "the recipe's check lets no other task in"
    places = places_of_names(task, inputs)
    is_abb, is_bab = slices[ABB][..., 0], slices[BAB][..., 0]
    roles = {
        "BOS": torch.zeros_like(places[..., 0]),
        "IO": torch.where(is_abb, places[..., NAME_1], places[..., NAME_2]),
        "S1": torch.where(is_abb, places[..., NAME_2], places[..., NAME_1]),
        "S2": places[..., SUBJECT],
        "END": torch.full_like(places[..., 0], task.n_ctx - 1),
    }
    return roles, is_abb | is_bab


def _attention(
    patterns: Float[Tensor, "seed example head query key"], queries: Places, keys: Places
) -> Float[Tensor, "seed example head"]:
    """pattern[query, key] of every example, each with a query and a key of its own."""
    n_heads, n_keys = patterns.shape[2], patterns.shape[4]
    rows = patterns.gather(3, queries[:, :, None, None, None].expand(-1, -1, n_heads, 1, n_keys))[:, :, :, 0]
    return rows.gather(3, keys[:, :, None, None].expand(-1, -1, n_heads, 1))[..., 0]


def mean_where(
    values: Float[Tensor, "seed example *dims"], wanted: Bool[Tensor, "seed example *#dims"]
) -> Float[Tensor, "seed *dims"]:
    """The mean over the wanted examples; not a number where there is none."""
    return (values * wanted).sum(1) / wanted.sum(1)
