"""Models: the networks a recipe can train. Names follow TransformerLens and the papers."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.spec import Spec
from experiments.recipe.tasks import Task


class Model(Spec):
    """A family of networks."""

    needs: ClassVar[str]  # what a task must be for `can_learn`, in words

    @classmethod
    def can_learn(cls, task: Task) -> bool:
        raise NotImplementedError

    def resolved(self) -> Self:
        """The spec with everything that was left to a rule written out."""
        return self


class Transformer(Model):
    """A decoder transformer; a `d_mlp` of 0 leaves the MLPs out. Where a task has numbers at its positions instead of
    tokens, `embed.W_E` and `unembed.W_U` are the linear read-in and read-out.

    Defaults are those of Nanda et al. 2023, arXiv 2301.05217.
    """

    needs: ClassVar[str] = "a sequence of tokens or vectors"

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

    @classmethod
    def can_learn(cls, task: Task) -> bool:
        return task.reads in ("tokens", "vectors")

    def resolved(self) -> Self:
        return self.model_copy(update={"d_head": self.head_width})


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


FAMILIES: tuple[type[Transformer | Mlp | ToyModel], ...] = (Transformer, Mlp, ToyModel)

ModelSpec = Annotated[Transformer | Mlp | ToyModel, Field(discriminator="name")]
