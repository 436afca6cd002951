"""The weights of a transformer: names of TransformerLens, and the shape of each for one seed."""

from experiments.recipe.models import Normalization, Transformer
from workers.science.norms import WEIGHTS

Shapes = dict[str, tuple[int, ...]]


def weight_shapes(spec: Transformer, *, n_ctx: int, d_vocab: int, d_vocab_out: int) -> Shapes:
    """In the order in which they are stored. A tied unembedding has no weights of its own, and sinusoids are no
    weights."""
    shapes: Shapes = {"embed.W_E": (d_vocab, spec.d_model)}
    if spec.positions == "learned":
        shapes["pos_embed.W_pos"] = (n_ctx, spec.d_model)
    block = _norm("ln1", spec.normalization, spec.d_model) | _attention(spec)
    if spec.d_mlp:
        block |= _norm("ln2", spec.normalization, spec.d_model) | _mlp(spec)
    for layer in range(spec.n_layers):
        shapes |= {f"blocks.{layer}.{name}": shape for name, shape in block.items()}
    shapes |= _norm("ln_final", spec.normalization, spec.d_model)
    return shapes if spec.tied else shapes | {"unembed.W_U": (spec.d_model, d_vocab_out)}


def _norm(name: str, kind: Normalization, width: int) -> Shapes:
    return {f"{name}.{weight}": (width,) for weight in WEIGHTS.get(kind, ())}


def _attention(spec: Transformer) -> Shapes:
    n_heads, d_model, d_head = spec.n_heads, spec.d_model, spec.head_width
    shapes: Shapes = {f"attn.W_{name}": (n_heads, d_model, d_head) for name in "QKV"}
    shapes["attn.W_O"] = (n_heads, d_head, d_model)
    if spec.biases:
        shapes |= {f"attn.b_{name}": (n_heads, d_head) for name in "QKV"} | {"attn.b_O": (d_model,)}
    return shapes


def _mlp(spec: Transformer) -> Shapes:
    d_model, d_mlp = spec.d_model, spec.d_mlp
    shapes: Shapes = {"mlp.W_in": (d_model, d_mlp), "mlp.W_out": (d_mlp, d_model)}
    if spec.activation == "solu_ln":
        shapes |= _norm("mlp.ln", "LN", d_mlp)
    return shapes | {"mlp.b_in": (d_mlp,), "mlp.b_out": (d_model,)} if spec.biases else shapes
