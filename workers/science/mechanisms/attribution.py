"""What each part of a network writes towards the right answer, and away from the wrong ones."""

from collections.abc import Iterator

from jaxtyping import Float, Int
from torch import Tensor

from experiments.recipe.tasks import IGNORED
from workers.science import layers
from workers.science.evaluation import Snapshot, recorded
from workers.science.mechanisms.asked import Asked
from workers.science.registry import implementation_of, is_implemented
from workers.science.transformer import Transformer

Written = Float[Tensor, "seed example answer d_model"]


def logit_attribution(snapshot: Snapshot, asked: Asked) -> dict[str, Float[Tensor, "seed"]]:
    """Mean over the answers that are asked for of (component / final norm scale) . (W_U[right] - W_U[wrong]), in
    logits, by the name of the component; they add up to the mean logit difference. Computed in float64.

    A LayerNorm takes the mean out of each component; its bias is a component of its own, "final norm bias", and so is
    that of an attention, "L0 attention bias".
    """
    model = snapshot.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    right, wrong = asked.labels, _wrong(snapshot, asked)
    is_asked = right != IGNORED
    if wrong is not None:
        is_asked, wrong = is_asked & (wrong != IGNORED), wrong.clamp(min=0)
    direction = _directions(model.unembedding(snapshot.weights).double(), right.clamp(min=0), wrong)

    def towards_right(written: Written) -> Float[Tensor, "seed"]:
        return ((written * direction).sum(-1) * is_asked).sum(dim=(1, 2)) / is_asked.sum(dim=(1, 2))

    return {name: towards_right(written) for name, written in _normed_components(model, snapshot, asked)}


def _wrong(snapshot: Snapshot, asked: Asked) -> Int[Tensor, "seed example answer"] | None:
    """The token that the task sets against the right one, IGNORED where it sets none; None where it never does."""
    if not is_implemented(type(snapshot.task), "wrong"):
        return None
    wrong: Tensor = implementation_of(snapshot.task, "wrong")(snapshot.task, asked.examples)
    return wrong[:, :, asked.answers]


def _directions(
    w_u: Float[Tensor, "seed d_model d_vocab_out"],
    right: Int[Tensor, "seed example answer"],
    wrong: Int[Tensor, "seed example answer"] | None,
) -> Written:
    """W_U[right] - W_U[wrong], or minus the mean of all others."""
    of_token = w_u.mT  # (seed, token, d_model)
    of_right = layers.embedded(of_token, right)
    if wrong is not None:
        return of_right - layers.embedded(of_token, wrong)
    n_others = max(1, of_token.shape[1] - 1)
    return of_right - (of_token.sum(1)[:, None, None] - of_right) / n_others


def _normed_components(model: Transformer, snapshot: Snapshot, asked: Asked) -> Iterator[tuple[str, Written]]:
    """Each component as the final norm hands it to the unembedding, were its scale fixed: the norm then is linear."""
    names = ["hook_embed", *_other_hooks(model)]
    has_norm = model.spec.normalization != "none"
    scale_name = ["ln_final.hook_scale"] if has_norm else []
    places = list(asked.positions)
    at_answers = recorded(
        model, snapshot.weights, asked.inputs, [*names, *scale_name], kept=lambda x: x[:, :, places].double()
    )
    weights = snapshot.weights
    gain, bias = weights.get("ln_final.w"), weights.get("ln_final.b")
    for name, written in _components(model, snapshot, at_answers):
        if model.spec.normalization in ("LN", "LNPre"):
            written = written - written.mean(-1, keepdim=True)
        if has_norm:
            written = written / at_answers["ln_final.hook_scale"]
        yield name, written if gain is None else written * gain.double()[:, None, None]
    if bias is not None:
        yield "final norm bias", bias.double()[:, None, None].expand_as(at_answers["hook_embed"])


def _other_hooks(model: Transformer) -> Iterator[str]:
    if "hook_pos_embed" in model.hook_names:
        yield "hook_pos_embed"
    for layer in range(model.spec.n_layers):
        yield f"blocks.{layer}.attn.hook_z"
        if model.spec.d_mlp:
            yield f"blocks.{layer}.hook_mlp_out"


def _components(
    model: Transformer, snapshot: Snapshot, at_answers: dict[str, Float[Tensor, "seed example answer *dims"]]
) -> Iterator[tuple[str, Written]]:
    """What stands in the residual stream at the end is the sum of these."""
    like = at_answers["hook_embed"]
    yield "embedding", like
    if "hook_pos_embed" in at_answers:
        yield "positions", at_answers["hook_pos_embed"]
    for layer in range(model.spec.n_layers):
        here = f"blocks.{layer}"
        w_o, b_o = snapshot.weights[f"{here}.attn.W_O"], snapshot.weights.get(f"{here}.attn.b_O")
        results = layers.result_of_each_head(at_answers[f"{here}.attn.hook_z"], w_o.double())
        for head in range(model.spec.n_heads):
            yield f"L{layer}H{head}", results[:, :, :, head]
        if b_o is not None:
            yield f"L{layer} attention bias", b_o.double()[:, None, None].expand_as(like)
        if model.spec.d_mlp:
            yield f"L{layer} MLP", at_answers[f"{here}.hook_mlp_out"]
