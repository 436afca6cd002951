"""Models: the networks a recipe can train. Names follow TransformerLens and the papers."""

import math
from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.spec import Spec
from experiments.recipe.tasks import Task

Normalization = Literal["none", "LN", "LNPre", "RMS", "RMSPre"]
MAX_D_HEAD = 512


class Model(Spec, ABC):
    """A family of networks."""

    needs: ClassVar[str]  # what a task must be for `can_learn`, in words

    @classmethod
    @abstractmethod
    def can_learn(cls, task: Task) -> bool:
        """Whether the family has networks for the task."""

    @property
    @abstractmethod
    def matrices(self) -> tuple[str, ...]:
        """The names that edits know the weights by, without the layers they are in; biases and norms have none."""

    @property
    @abstractmethod
    def has_vectors(self) -> bool:
        """Whether biases or norms are trained beside the matrices."""

    def resolved(self) -> Self:
        """The spec with everything that was left to a rule written out."""
        return self


class Transformer(Model):
    """A decoder transformer; a `d_mlp` of 0 leaves the MLPs out. Where a task has numbers at its positions instead of
    tokens, `embed.W_E` and `unembed.W_U` are the linear read-in and read-out.

    Defaults are those of Nanda et al. 2023, arXiv 2301.05217. Options go by the names of TransformerLens, and mean the
    same; square, sinusoidal and none (of positions) are not known there.
    """

    needs: ClassVar[str] = "a sequence of tokens or vectors"

    name: Literal["transformer"] = "transformer"
    n_layers: Annotated[
        int,
        Field(ge=0, le=12, description="0: embedding and unembedding alone, a control that sees one token at a time"),
    ] = 1
    d_model: Annotated[int, Field(ge=4, le=2048, description="width of the residual stream")] = 128
    n_heads: Annotated[int, Field(ge=1, le=32)] = 4
    d_head: Annotated[
        int | None, Field(ge=1, le=MAX_D_HEAD, description="width of a head; d_model / n_heads when left out")
    ] = None
    d_mlp: Annotated[int, Field(ge=0, le=8192, description="neurons per layer; 0 for attention only")] = 512
    activation: Annotated[
        Literal["relu", "gelu", "gelu_new", "silu", "solu", "solu_ln", "square"],
        Field(description="solu: x softmax(x) over the neurons; solu_ln: that and a LayerNorm; square: x^2"),
    ] = "relu"
    normalization: Annotated[
        Normalization,
        Field(description="before attention, MLP and unembedding; Pre: without weights of its own"),
    ] = "none"
    positions: Annotated[
        Literal["learned", "rotary", "sinusoidal", "none"],
        Field(description="sinusoidal: the fixed sines and cosines of Vaswani et al. 2017, added to the embeddings"),
    ] = "learned"
    causal: bool = True
    attention_scale: Annotated[
        float | None,
        Field(gt=0.0, le=1000.0, description="what q . k is multiplied by; 1 / sqrt(d_head) when left out"),
    ] = None
    tied: Annotated[bool, Field(description="unembed with the table of the embedding: W_U is the transpose of W_E")] = (
        False
    )
    biases: Annotated[bool, Field(description="train the biases of attention and MLP; without, they stay zero")] = False
    init: Annotated[
        Literal["paper", "gpt2", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal"],
        Field(description="paper: N(0, 1/d_model), W_U N(0, 1/d_vocab); the others: as transformer_lens 4.3"),
    ] = "paper"

    @model_validator(mode="after")
    def heads_fit(self) -> Self:
        if self.d_head is None and self.d_model % self.n_heads:
            raise ValueError(
                f"n_heads: d_model {self.d_model} is not a multiple of n_heads {self.n_heads}; "
                "allowed: what divides d_model, or any number together with d_head"
            )
        if self.head_width > MAX_D_HEAD:
            fewest = math.ceil(self.d_model / MAX_D_HEAD)
            raise ValueError(f"n_heads: each head would be {self.head_width} wide; allowed: at least {fewest} heads")
        if self.positions == "rotary" and self.head_width % 2:
            raise ValueError(f"d_head: rotary positions turn pairs of numbers, not {self.head_width}; allowed: even")
        return self

    @property
    def head_width(self) -> int:
        return self.d_head or self.d_model // self.n_heads

    @property
    def score_scale(self) -> float:
        return self.attention_scale or 1 / math.sqrt(self.head_width)

    @classmethod
    def can_learn(cls, task: Task) -> bool:
        return task.reads in ("tokens", "vectors")

    @property
    def matrices(self) -> tuple[str, ...]:
        positions = ("W_pos",) if self.positions == "learned" else ()
        mlp = ("W_in", "W_out") if self.d_mlp else ()
        layers = ("W_Q", "W_K", "W_V", "W_O", *mlp) if self.n_layers else ()
        unembedding = () if self.tied else ("W_U",)
        return ("W_E", *positions, *layers, *unembedding)

    @property
    def has_vectors(self) -> bool:
        has_mlp_norm = self.activation == "solu_ln" and self.d_mlp > 0
        return self.normalization in ("LN", "RMS") or (self.n_layers > 0 and (self.biases or has_mlp_norm))

    def resolved(self) -> Self:
        return self.model_copy(update={"d_head": self.head_width, "attention_scale": self.score_scale})


class Mlp(Model):
    """A classifier that reads the operands of an example at once, through one or more hidden layers.

    Defaults are those of the one-hot network that problem 3.3 asks about; embeddings, tied or not, as in Chughtai et
    al. 2023 (arXiv 2302.03025) and Zhong et al. 2023 (arXiv 2306.17844).
    """

    needs: ClassVar[str] = "tokens and one answer per example"

    name: Literal["mlp"] = "mlp"
    inputs: Annotated[
        Literal["one-hot", "embedded-sum", "embedded-concat"],
        Field(description="one-hot vectors side by side; or vectors from one shared table, summed or side by side"),
    ] = "one-hot"
    d_embed: Annotated[int | None, Field(ge=1, le=2048, description="numbers per token of the shared table")] = None
    n_layers: Annotated[int, Field(ge=1, le=8, description="hidden layers")] = 1
    d_mlp: Annotated[int, Field(ge=1, le=8192, description="neurons per hidden layer")] = 256
    activation: Literal["relu", "gelu", "silu", "square"] = "relu"
    tied: Annotated[
        bool, Field(description="unembed with the shared table: the last layer leads back to d_embed first")
    ] = False
    biases: Annotated[bool, Field(description="train biases of hidden layers and logits")] = False

    @model_validator(mode="after")
    def table_is_wanted_or_not(self) -> Self:
        if self.inputs == "one-hot" and self.d_embed is not None:
            raise ValueError("d_embed: one-hot inputs have no table; leave it out, or take embedded inputs")
        if self.inputs != "one-hot" and self.d_embed is None:
            raise ValueError(f"d_embed: inputs '{self.inputs}' need the width of the table")
        if self.inputs == "one-hot" and self.tied:
            raise ValueError("tied: one-hot inputs have no table to unembed with")
        return self

    @classmethod
    def can_learn(cls, task: Task) -> bool:
        return task.reads == "tokens" and task.answers == "token" and task.n_answers == 1

    @property
    def matrices(self) -> tuple[str, ...]:
        table = ("W_E",) if self.d_embed else ()
        return (*table, "W_in", "W_out" if self.tied else "W_U")

    @property
    def has_vectors(self) -> bool:
        return self.biases


class ToyModel(Model):
    """The toy models of superposition of Elhage et al. 2022, with n features and d_hidden < n hidden dimensions.

    relu-output: h = x W, x' = ReLU(h W^T + b). absolute-value: h = ReLU(x W_in), y' = ReLU(h W_out + b).
    Rows of W are the directions of the features (columns in the paper).
    """

    needs: ClassVar[str] = "a vector of features"

    name: Literal["toy-model"] = "toy-model"
    variant: Literal["relu-output", "absolute-value"] = "relu-output"
    d_hidden: Annotated[int, Field(ge=1, le=1024, description="m: numbers in the hidden layer h")] = 5
    activation: Annotated[
        Literal["relu", "gelu", "none"],
        Field(description="takes the place of every ReLU; none: the linear model, the paper's control"),
    ] = "relu"
    dropout: Annotated[
        float,
        Field(ge=0.0, lt=1.0, description="share of h that is zeroed, at random, in training; the rest is scaled up"),
    ] = 0.0

    @classmethod
    def can_learn(cls, task: Task) -> bool:
        return task.reads == "features"

    @property
    def matrices(self) -> tuple[str, ...]:
        return ("W",) if self.variant == "relu-output" else ("W_in", "W_out")

    @property
    def has_vectors(self) -> bool:
        return True


FAMILIES: tuple[type[Transformer | Mlp | ToyModel], ...] = (Transformer, Mlp, ToyModel)

ModelSpec = Annotated[Transformer | Mlp | ToyModel, Field(discriminator="name")]
