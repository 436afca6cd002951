from typing import Annotated, Literal

from pydantic import Field

from experiments.recipe.looks import Look


class PcaOverTraining(Look):
    """Principal components of the logits on every test and train example, or of all weights, over the checkpoints.
    Where a task is answered with numbers, these stand for the logits.

    One point per checkpoint, so turns of the path show phases of training (problem 5.3).
    """

    name: Literal["pca-over-training"] = "pca-over-training"
    of: Literal["logits", "weights"] = "logits"
    n_components: Annotated[int, Field(ge=2, le=10)] = 3
