"""Models: the networks a recipe can train. Names follow TransformerLens."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.spec import Spec


class Transformer(Spec):
    """A decoder transformer; a `d_mlp` of 0 leaves the MLPs out.

    Defaults are those of Nanda et al. 2023, arXiv 2301.05217.
    """

    name: Literal["transformer"] = "transformer"
    n_layers: Annotated[int, Field(ge=1, le=8)] = 1
    d_model: Annotated[int, Field(ge=4, le=2048, description="width of the residual stream")] = 128
    n_heads: Annotated[int, Field(ge=1, le=32)] = 4
    d_head: Annotated[
        int | None, Field(ge=1, le=512, description="width of a head; d_model / n_heads when left out")
    ] = None
    d_mlp: Annotated[int, Field(ge=0, le=8192, description="neurons per layer; 0 for attention only")] = 512
    activation: Literal["relu", "gelu", "silu"] = "relu"
    normalization: Literal["none", "LN", "LNPre"] = "none"
    positions: Literal["learned", "rotary", "none"] = "learned"
    causal: bool = True
    biases: Annotated[bool, Field(description="train the biases of attention and MLP; without, they stay zero")] = False
    init: Annotated[
        Literal["paper", "gpt2"],
        Field(description="paper: N(0, 1/d_model), W_U N(0, 1/d_vocab); gpt2: as transformer_lens 4.3"),
    ] = "paper"

    @model_validator(mode="after")
    def heads_fit(self) -> Self:
        if self.d_head is None and self.d_model % self.n_heads:
            raise ValueError(
                f"d_model {self.d_model} is not a multiple of n_heads {self.n_heads}: change one, or give d_head"
            )
        if self.positions == "rotary" and self.head_width % 2:
            raise ValueError(f"rotary positions need an even d_head, not {self.head_width}")
        return self

    @property
    def head_width(self) -> int:
        return self.d_head or self.d_model // self.n_heads


ModelSpec = Transformer
