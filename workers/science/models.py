"""The families of networks. Each module implements one model spec; importing this one registers them all."""

from experiments.recipe.models import ModelSpec
from experiments.recipe.tasks import TaskSpec
from workers.science import mlp, toy_model, transformer
from workers.science.model import Model
from workers.science.registry import implementation_of

__all__ = ["build_model", "mlp", "toy_model", "transformer"]


def build_model(spec: ModelSpec, task: TaskSpec) -> Model:
    """The network of a model spec, with the sizes that the task asks for."""
    model: Model = implementation_of(spec)(spec, task)
    return model
