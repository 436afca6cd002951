"""Interventions: edits of weights, activations, data or loss."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.spec import Fraction, Many, Spec
from experiments.recipe.training import MAX_STEPS

ParameterName = Literal["W", "W_E", "W_pos", "W_Q", "W_K", "W_V", "W_O", "W_in", "W_out", "W_U"]
EveryMatrix = Annotated[Many[ParameterName], Field(description="in every layer; all matrices when left out")]
Coefficient = Annotated[float, Field(ge=-1000.0, le=1000.0)]


class Freeze(Spec):
    """Keep the named parameters, in every layer, as they were at the start: no update and no weight decay."""

    name: Literal["freeze"] = "freeze"
    parameters: Annotated[Many[ParameterName], Field(min_length=1)]


class ShuffleLabels(Spec):
    """Permute the answers of a share of the fixed training set: what is left to learn is memorisation (a control)."""

    name: Literal["shuffle-labels"] = "shuffle-labels"
    fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0


class MaskWeights(Spec):
    """Keep a share of the entries of each matrix and set the others to zero: a lottery ticket, and its random control.

    Source: Frankle & Carbin 2019, arXiv 1803.03635, section 2.
    """

    name: Literal["mask-weights"] = "mask-weights"
    keep: Annotated[Fraction, Field(description="share of the entries of each matrix that stays")]
    by: Annotated[
        Literal["magnitude", "random"], Field(description="the largest entries, or as many at random (the control)")
    ] = "magnitude"
    of: Annotated[
        Literal["initial", "given"],
        Field(description="whose magnitude: the weights this run starts with, or those of the run in [start]"),
    ] = "initial"
    when: Annotated[Literal["once", "for-ever"], Field(description="once: zero at the start and free to grow back")] = (
        "for-ever"
    )
    parameters: EveryMatrix = ()


class ProjectOut(Spec):
    """Take some frequencies away from what reads the operands of a modular task: each column of W_E, or of a one-hot
    MLP's W_in for each operand, loses its part in the span of cos(w_k a) and sin(w_k a), w_k = 2 pi k / p.

    The control takes as many dimensions at random, drawn for each seed, of those that are orthogonal to the constant.
    A ticket that is a subspace where that of `mask-weights` is a set of entries (problem 5.11).
    """

    name: Literal["project-out"] = "project-out"
    frequencies: Annotated[
        Many[Annotated[int, Field(ge=1, le=128)]],
        Field(min_length=1, max_length=128, description="k; the ones a run ends with are known only afterwards"),
    ]
    by: Annotated[
        Literal["frequency", "random"], Field(description="these frequencies, or as many dimensions at random")
    ] = "frequency"
    leave: Annotated[
        Literal["others", "only-these"], Field(description="take these away; or all but these and the constant")
    ] = "others"
    when: Annotated[Literal["once", "for-ever"], Field(description="once: at the start, and free to grow back")] = (
        "for-ever"
    )

    @model_validator(mode="after")
    def each_frequency_once(self) -> Self:
        if len(set(self.frequencies)) < len(self.frequencies):
            raise ValueError("frequencies: one is given more than once")
        return self


class PruneAndRewind(Spec):
    """Train, zero the smallest entries of each matrix for ever, put the others back to their first values, train again:
    iterative magnitude pruning in one run, and its controls.

    `rounds` prunings, `every` so many updates; after the r-th, a share keep^(r / rounds) of each matrix is left, and
    the optimiser and the learning rate begin anew. What is seen at the step of a pruning is the network just before it.
    Source: Frankle & Carbin 2019, arXiv 1803.03635, section 2, strategy 1; the controls are those of their figure 4.
    """

    name: Literal["prune-and-rewind"] = "prune-and-rewind"
    keep: Annotated[
        float, Field(gt=0.0, le=1.0, description="share of the entries of each matrix that is left at the end")
    ]
    every: Annotated[int, Field(ge=1, le=MAX_STEPS, description="updates before each pruning")]
    rounds: Annotated[int, Field(ge=1, le=20, description="prunings; more of them take less at a time")] = 1
    by: Annotated[
        Literal["magnitude", "random"], Field(description="keep the largest entries, or as many at random (a control)")
    ] = "magnitude"
    survivors: Annotated[
        Literal["first", "shuffled"],
        Field(description="go back to their first values, or to those of the matrix in random order (a control)"),
    ] = "first"
    parameters: EveryMatrix = ()


class L2Loss(Spec):
    """Add coefficient * sum of (w - w0)^2 to the loss of a seed, w0 being zero or the weights it started with.

    Towards zero this is the penalty that weight decay stands for with plain SGD; AdamW's decay is another thing.
    """

    name: Literal["l2-loss"] = "l2-loss"
    towards: Literal["zero", "start"] = "start"
    coefficient: Annotated[Coefficient, Field(description="negative: push away")]
    parameters: EveryMatrix = ()


class FourierLoss(Spec):
    """Add coefficient * restricted (or excluded) loss, computed with the labels of training pairs alone (problem 5.6).

    Restricted: of the logits only their mean and what depends on the answer's operands through a + b (a - b for
    subtraction), at the given frequencies. Excluded: everything but the latter. The projection reads the logits of all
    pairs, test pairs too, but never a label of theirs. Source: Nanda et al. 2023, arXiv 2301.05217, section 5.1.
    """

    name: Literal["fourier-loss"] = "fourier-loss"
    loss: Literal["restricted", "excluded"] = "restricted"
    coefficient: Annotated[Coefficient, Field(description="positive: lower this loss too; negative: raise it")]
    frequencies: Annotated[
        Many[Annotated[int, Field(ge=1, le=128)]],
        Field(max_length=128, description="all when left out; the ones a run ends with are known only afterwards"),
    ] = ()

    @model_validator(mode="after")
    def each_frequency_once(self) -> Self:
        if len(set(self.frequencies)) < len(self.frequencies):
            raise ValueError("frequencies: one is given more than once")
        return self

    def examples_added(self, d_vocab_out: int) -> int:
        """Every step runs the network on all pairs once more."""
        return d_vocab_out**2


InterventionSpec = Annotated[
    Freeze | ShuffleLabels | MaskWeights | ProjectOut | PruneAndRewind | L2Loss | FourierLoss,
    Field(discriminator="name"),
]
