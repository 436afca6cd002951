"""The hook points of a transformer, by the names of TransformerLens.

They are those of a `TransformerBridge.boot_native` model of the same options. Where TransformerLens has several names
for one point, ours is the one it has had longest (`hook_embed`, `blocks.0.attn.hook_q`), and `ALIASES` leads from the
others to it. Every one can be recorded and edited, also those that TransformerLens names but leaves silent in such a
model (`hook_rot_q` and `hook_rot_k`, `hook_result`, and the inputs of single heads) and `hook_attn_scores`, whose edits
it discards and for which it records the pattern.

Two of its names mean nothing here: `attn.hook_hidden_states`, which it never fires, and `hook_mlp_in` in a model
without MLPs. `hook_resid_mid` is the residual stream, so an edit of it reaches everything after; in transformer_lens
4.3 it is another name for `ln2.hook_in`, which only the MLP reads.
"""

from collections.abc import Iterator

from experiments.recipe.models import Transformer

ALIASES_IN_MODEL = {
    "embed.hook_out": "hook_embed",
    "pos_embed.hook_out": "hook_pos_embed",
    "unembed.hook_out": "hook_unembed",
}
ALIASES_IN_BLOCK = {
    "hook_in": "hook_resid_pre",
    "attn.hook_attn_in": "hook_attn_in",
    "attn.hook_q_input": "hook_q_input",
    "attn.hook_k_input": "hook_k_input",
    "attn.hook_v_input": "hook_v_input",
    "attn.q.hook_out": "attn.hook_q",
    "attn.k.hook_out": "attn.hook_k",
    "attn.v.hook_out": "attn.hook_v",
    "attn.o.hook_in": "attn.hook_z",
    "attn.hook_out": "hook_attn_out",
    "mlp.in.hook_out": "mlp.hook_pre",
    "mlp.out.hook_in": "mlp.hook_post",
    "mlp.hook_out": "hook_mlp_out",
    "hook_out": "hook_resid_post",
}


def hook_names(spec: Transformer) -> tuple[str, ...]:
    """Every hook point, each once, in the order of the forward pass."""
    names = ["embed.hook_in", "hook_embed"]
    if spec.positions in ("learned", "sinusoidal"):
        names += ["pos_embed.hook_in", "hook_pos_embed"]
    for layer in range(spec.n_layers):
        names += [f"blocks.{layer}.{name}" for name in (*_attention(spec), *_mlp(spec), "hook_resid_post")]
    return (*names, *_norm("ln_final", spec.normalization), "unembed.hook_in", "hook_unembed")


def aliases(spec: Transformer) -> dict[str, str]:
    """Other names of hook points that this model has."""
    blocks = [f"blocks.{layer}." for layer in range(spec.n_layers)]
    in_blocks = {f"{block}{name}": f"{block}{ours}" for block in blocks for name, ours in ALIASES_IN_BLOCK.items()}
    known = set(hook_names(spec))
    return {name: ours for name, ours in (ALIASES_IN_MODEL | in_blocks).items() if ours in known}


def _attention(spec: Transformer) -> Iterator[str]:
    yield from ("hook_resid_pre", "hook_attn_in", "hook_q_input", "hook_k_input", "hook_v_input")
    yield from _norm("ln1", spec.normalization)
    yield from ("attn.hook_in", "attn.q.hook_in", "attn.k.hook_in", "attn.v.hook_in")
    yield from ("attn.hook_q", "attn.hook_k", "attn.hook_v")
    if spec.positions == "rotary":
        yield from ("attn.hook_rot_q", "attn.hook_rot_k")
    yield from ("attn.hook_attn_scores", "attn.hook_pattern", "attn.hook_z", "attn.hook_result")
    yield from ("attn.o.hook_out", "hook_attn_out")


def _mlp(spec: Transformer) -> Iterator[str]:
    if not spec.d_mlp:
        return
    yield from ("hook_resid_mid", "hook_mlp_in")
    yield from _norm("ln2", spec.normalization)
    yield from ("mlp.hook_in", "mlp.in.hook_in", "mlp.hook_pre")
    if spec.activation == "solu_ln":
        yield from _norm("mlp.ln", "LN")
    yield from ("mlp.hook_post", "mlp.out.hook_out", "hook_mlp_out")


def _norm(name: str, kind: str) -> Iterator[str]:
    yield f"{name}.hook_in"
    if kind != "none":
        yield from (f"{name}.hook_scale", f"{name}.hook_normalized")
    yield f"{name}.hook_out"
