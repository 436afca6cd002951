"""A small grid over the options of a transformer, and the model of TransformerLens that each is compared with."""

import itertools
from typing import Any

import torch

from experiments.recipe.models import Transformer as TransformerSpec
from workers.science.bridge import to_transformer_lens
from workers.science.transformer import Transformer

OPTIONS: dict[str, list[Any]] = {
    "activation": ["relu", "gelu", "gelu_new", "silu", "solu", "solu_ln"],
    "normalization": ["none", "LN", "LNPre", "RMS", "RMSPre"],
    "positions": ["learned", "rotary", "sinusoidal", "none"],
    "attention_scale": [None, 1.0, 0.3],
    "d_mlp": [24, 0],
    "causal": [True, False],
    "biases": [True, False],
    "tied": [False, True],
}

# Of the largest number of a tensor. In float64 nothing but rounding is left. In float32 a rounding of 6e-8 per
# operation grows over two layers of sums in another order, to 1e-6 at most here; a wrong formula shows at 1e-3.
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5}


def pairwise(options: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Few combinations that hold every pair of values of any two options: greedily, most new pairs first."""
    everything = [dict(zip(options, values, strict=True)) for values in itertools.product(*options.values())]
    pairs = {id(row): set(itertools.combinations(((name, str(v)) for name, v in row.items()), 2)) for row in everything}
    missing, chosen = set().union(*pairs.values()), []
    while missing:
        best = max(everything, key=lambda row: len(pairs[id(row)] & missing))
        missing -= pairs[id(best)]
        chosen.append(best)
    return chosen


GRID = pairwise(OPTIONS)


def model_with(**options: Any) -> Transformer:
    spec = TransformerSpec(**{"n_layers": 2, "d_model": 16, "n_heads": 2, "d_head": 6, "d_mlp": 24} | options)
    return Transformer(spec, n_ctx=5, d_vocab=7, d_vocab_out=6)


def weights_of(model: Transformer, dtype: torch.dtype = torch.float64) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return {
        name: (torch.randn(2, *shape, generator=generator, dtype=torch.float64) / 4).to(dtype)
        for name, shape in model.shapes.items()
    }


def some_tokens() -> torch.Tensor:
    return torch.randint(7, (2, 3, 5), generator=torch.Generator().manual_seed(2))


def bridge_of(model: Transformer, weights: dict[str, torch.Tensor], seed: int) -> Any:
    """RMS is computed in float32 there whatever the model's precision, unless the bridge's own code does it."""
    bridge: Any = to_transformer_lens(model, {name: weight[seed].detach() for name, weight in weights.items()})
    for module in bridge.modules():
        if hasattr(module, "use_native_layernorm_autograd"):
            module.use_native_layernorm_autograd = False
    return bridge


def assert_same(ours: torch.Tensor, theirs: torch.Tensor, what: str = "") -> None:
    allowed = TOLERANCE.get(ours.dtype, 0.0) * (1 + theirs[theirs.isfinite()].abs().max().item())
    torch.testing.assert_close(ours, theirs, atol=allowed, rtol=0, msg=lambda text: f"{what}: {text}")
