"""From our weights to a TransformerLens model, for a researcher's notebook and for the parity tests."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from workers.science.layers import sinusoids
from workers.science.model import Model
from workers.science.transformer import Transformer

ACTIVATIONS = ("relu", "gelu", "gelu_new", "silu", "solu", "solu_ln")  # of ours, those that boot_native knows

if TYPE_CHECKING:
    from transformer_lens.config import TransformerBridgeConfig
    from transformer_lens.model_bridge import TransformerBridge


def to_transformer_lens(model: Model, weights: Mapping[str, Tensor]) -> "TransformerBridge":
    """The `TransformerBridge` that computes what `model` computes with the weights of one seed (no seed axis).

    Where the model has no biases or no positions, the bridge's own are zero and do not train; nor do sinusoids, which
    are its W_pos. It has no tied unembedding: its W_U is a copy, and training it would part the two. A bridge reads
    tokens: one for a task of real-valued vectors x is given x @ W_E, which it takes for embeddings.

    Raises TypeError for a family that is no transformer, and ValueError for an option that TransformerLens lacks, such
    as no layers.
    """
    if not isinstance(model, Transformer):
        raise TypeError(
            f"TransformerLens has transformers only, so a {type(model).__name__} cannot become one: "
            "load the checkpoint's tensors, and use workers.science.models.build_model and its run(record=, edit=)"
        )
    if model.spec.activation not in ACTIVATIONS:
        raise ValueError(
            f"model.activation: TransformerLens has no '{model.spec.activation}'; allowed: {', '.join(ACTIVATIONS)}"
        )
    if not model.spec.n_layers:
        raise ValueError("model.n_layers: TransformerLens has no transformer without layers; allowed: 1 to 8")
    # transformer_lens takes seconds to import, and only notebooks and tests come here
    from transformer_lens.model_bridge import TransformerBridge

    dtype = weights["embed.W_E"].dtype
    bridge: TransformerBridge = TransformerBridge.boot_native(_config(model), dtype=dtype)  # type: ignore[attr-defined]
    _set_scale(bridge, model.spec.score_scale)
    trained = linear_layers(_untied(model, weights))
    given = trained | _fixed(model, dtype)
    bridge.load_state_dict(  # type: ignore[no-untyped-call]
        {name: given.get(name, torch.zeros_like(value)) for name, value in bridge.state_dict().items()}  # type: ignore[no-untyped-call]
    )
    for name, parameter in bridge.named_parameters():
        if stored_name(name) not in trained:
            parameter.requires_grad_(False)
    return bridge


def _untied(model: Transformer, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    stacked = {name: weight[None] for name, weight in weights.items()}
    return dict(weights) | {"unembed.W_U": model.unembedding(stacked)[0]}


def _fixed(model: Transformer, dtype: torch.dtype) -> dict[str, Tensor]:
    if model.spec.positions != "sinusoidal":
        return {}
    return {"pos_embed.weight": sinusoids(model.n_ctx, model.spec.d_model).to(dtype)}


def _set_scale(bridge: "TransformerBridge", scale: float) -> None:
    """The config cannot say it: a divisor of 1 is refused there, and `use_attn_scale=False` divides as usual."""
    for block in bridge.blocks:
        block.attn.original_component.scale = 1 / scale


def _config(model: Transformer) -> "TransformerBridgeConfig":
    from transformer_lens.config import TransformerBridgeConfig

    spec = model.spec
    return TransformerBridgeConfig(
        n_layers=spec.n_layers,
        d_model=spec.d_model,
        n_heads=spec.n_heads,
        d_head=spec.head_width,
        d_mlp=spec.d_mlp or None,
        attn_only=not spec.d_mlp,
        act_fn=spec.activation,
        normalization_type=None if spec.normalization == "none" else spec.normalization,
        positional_embedding_type="rotary" if spec.positions == "rotary" else "standard",
        attention_dir="causal" if spec.causal else "bidirectional",
        n_ctx=model.n_ctx,
        d_vocab=model.d_vocab,
        d_vocab_out=model.d_vocab_out,
        seed=0,  # its first weights are replaced; a seed keeps it from drawing from the global generator
    )


def linear_layers(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Our tensors of one seed under the names and in the layout of the bridge's state dict: (d_out, d_in) matrices."""
    return {_bridge_name(name): _bridge_layout(name, weight) for name, weight in weights.items()}


def _bridge_name(name: str) -> str:
    """`blocks.0.attn.W_Q` is `blocks.0.attn.q.weight` there, `blocks.0.ln1.w` is `blocks.0.ln1.weight`."""
    path, _, leaf = name.rpartition(".")
    kind = "weight" if leaf[0] in "Ww" else "bias"
    is_part_of_module = leaf[2:] in {"Q", "K", "V", "O", "in", "out"}
    return f"{path}.{leaf[2:].lower()}.{kind}" if is_part_of_module else f"{path}.{kind}"


def _bridge_layout(name: str, weight: Tensor) -> Tensor:
    leaf = name.rpartition(".")[2]
    if leaf in {"W_Q", "W_K", "W_V"}:
        return weight.transpose(1, 2).flatten(0, 1)  # (head, d_model, d_head) -> (head d_head, d_model)
    if leaf == "W_O":
        return weight.flatten(0, 1).T
    if leaf in {"W_in", "W_out", "W_U"}:
        return weight.T
    return weight.flatten() if leaf in {"b_Q", "b_K", "b_V"} else weight


def stored_name(parameter_name: str) -> str:
    """The state dict's name of one of the bridge's `named_parameters`, which go by the wrapped modules' own names."""
    modules = {"tok_embed": "embed", "pos": "pos_embed", "layers": "blocks", "ln_out": "ln_final", "head": "unembed"}
    leaves = {"fc_in": "in", "fc_out": "out"}
    first, *rest = parameter_name.replace("._original_component", "").split(".")
    return ".".join([modules.get(first, first), *(leaves.get(part, part) for part in rest)])
