"""Checks across parts of a recipe: what each may ask of the others. Every refusal begins with the field it blames."""

from collections.abc import Sequence

from experiments.recipe.analyses import AnalysisSpec
from experiments.recipe.combined import TaskSpec, TwoPhase
from experiments.recipe.interventions import (
    FourierLoss,
    Freeze,
    InterventionSpec,
    MaskWeights,
    ParameterName,
    ProjectOut,
    PruneAndRewind,
)
from experiments.recipe.measures import MeasureSpec
from experiments.recipe.models import FAMILIES, ModelSpec, Transformer
from experiments.recipe.shares import counts_at, phases, tasks_by_part
from experiments.recipe.start import Start
from experiments.recipe.tasks import ModularTask
from experiments.recipe.training import Training


def check_model(task: TaskSpec, model: ModelSpec) -> None:
    """The model can learn the task. Raises ValueError."""
    if model.can_learn(task):
        _check_tied(task, model)
        return
    able = ", ".join(family.model_fields["name"].default for family in FAMILIES if family.can_learn(task))
    raise ValueError(
        f"model.name: '{model.name}' needs {model.needs}, which '{task.name}' does not have; allowed: {able}"
    )


def _check_tied(task: TaskSpec, model: ModelSpec) -> None:
    """The unembedding takes the first rows of the table of embeddings, so every answer must have one."""
    if not isinstance(model, Transformer) or not model.tied:
        return
    if task.reads != "tokens" or task.answers != "token":
        raise ValueError(f"model.tied: '{task.name}' has no table of tokens to unembed with; allowed: false")
    if task.d_out > task.d_in:
        raise ValueError(
            f"model.tied: '{task.name}' has {task.d_out} answers and a table of {task.d_in} tokens; allowed: false"
        )


def check_look(task: TaskSpec, model: ModelSpec, look: MeasureSpec | AnalysisSpec, field: str) -> None:
    """The measure or analysis has a meaning here. Raises ValueError."""
    if not look.fits(task, model):
        raise ValueError(f"{field}.name: '{look.name}' needs {look.needs}, not '{task.name}' with '{model.name}'")


def check_start(model: ModelSpec, start: Start) -> None:
    """What is taken from the other run has a place in the model. Raises ValueError."""
    for index, graft in enumerate(start.grafts):
        _check_parameters(model, graft.parameters, f"start.grafts.{index}")


def check_training(task: TaskSpec, training: Training) -> None:
    """The training fits the task. Raises ValueError."""
    if task.n_train is None and training.batch == "full":
        raise ValueError(f"training.batch: '{task.name}' draws fresh examples, so give a number, not 'full'")
    if training.sampling == "epochs" and all(part.n_train is None for part in tasks_by_part(task).values()):
        raise ValueError(f"training.sampling: '{task.name}' draws fresh examples and has no training set for epochs")
    absent = sorted({answer for answer in training.loss_at if answer >= task.n_answers})
    if absent:
        allowed = "0" if task.n_answers == 1 else f"0 to {task.n_answers - 1}"
        raise ValueError(f"training.loss_at: '{task.name}' has no answer {absent[0]}; allowed: {allowed}")
    if len(set(training.loss_at)) < len(training.loss_at):
        raise ValueError("training.loss_at: an answer is given more than once")
    _check_phases(task, training)


def _check_phases(task: TaskSpec, training: Training) -> None:
    if isinstance(task, TwoPhase) and task.switch_at >= training.steps:
        raise ValueError(
            f"task.switch_at: {task.switch_at} leaves none of the {training.steps} steps for the second task"
        )
    for first_step, _ in phases(task, training.steps):
        for name, count in counts_at(task, training.batch, first_step).items():
            if count == 0:
                raise ValueError(f"training.batch: {training.batch} is too small to hold an example of part '{name}'")


def check_part(task: TaskSpec, part: str, split: str, field: str) -> None:
    """A measure may look at this part and split. Raises ValueError."""
    tasks = tasks_by_part(task)
    if part and part not in tasks:
        known = ", ".join(f"'{name}'" for name in tasks if name) or "none, for this task has no parts"
        raise ValueError(f"{field}.part: '{task.name}' has no part '{part}'; allowed: {known}")
    n_train = tasks[part].n_train if part else task.n_train
    if split == "train" and n_train is None:
        whose = f"part '{part}'" if part else f"'{task.name}'"
        raise ValueError(f"{field}.split: {whose} has no fixed training set; measure split 'test'")


def check_interventions(
    task: TaskSpec, model: ModelSpec, training: Training, interventions: Sequence[InterventionSpec], start: Start
) -> None:
    """Every intervention finds what it works on, and leaves something to train. Raises ValueError."""
    _check_freezing(model, interventions)
    _check_pruning(training, interventions)
    for index, spec in enumerate(interventions):
        field = f"interventions.{index}"
        _check_parameters(model, getattr(spec, "parameters", ()), field)
        if spec.name == "shuffle-labels" and task.n_train is None:
            raise ValueError(f"{field}: '{task.name}' has no fixed training set whose labels could be shuffled")
        if isinstance(spec, MaskWeights) and spec.of == "given" and start.is_fresh:
            raise ValueError(f"{field}.of: 'given' means the weights of the run in [start], which names none")
        if isinstance(spec, FourierLoss | ProjectOut):
            _check_frequencies(task, spec, field)
    _check_lasting(interventions)


def _check_parameters(model: ModelSpec, parameters: Sequence[ParameterName], field: str) -> None:
    absent = [name for name in parameters if name not in model.matrices]
    if absent:
        raise ValueError(
            f"{field}.parameters: the model has no {', '.join(absent)}; allowed: {', '.join(model.matrices)}"
        )


def _check_freezing(model: ModelSpec, interventions: Sequence[InterventionSpec]) -> None:
    """Biases and norms are never frozen; where the model has them, they are left to train."""
    freezing = {index: spec.parameters for index, spec in enumerate(interventions) if isinstance(spec, Freeze)}
    frozen = {name for names in freezing.values() for name in names}
    if freezing and not model.has_vectors and frozen.issuperset(model.matrices):
        raise ValueError(
            f"interventions.{max(freezing)}.parameters: with {', '.join(model.matrices)} frozen nothing is left to "
            f"train; allowed: all but one of {', '.join(model.matrices)}"
        )


def _check_pruning(training: Training, interventions: Sequence[InterventionSpec]) -> None:
    """One at most, for each begins training anew; and something to train after its last one."""
    pruning = {index: spec for index, spec in enumerate(interventions) if isinstance(spec, PruneAndRewind)}
    if len(pruning) > 1:
        raise ValueError(f"interventions.{max(pruning)}: 'prune-and-rewind' is there already; one at most")
    for index, spec in pruning.items():
        last = spec.every * spec.rounds
        if last >= training.steps:
            raise ValueError(
                f"interventions.{index}.every: {spec.rounds} times {spec.every} leaves none of the {training.steps} "
                f"steps; allowed: up to {(training.steps - 1) // spec.rounds}"
            )


def _check_lasting(interventions: Sequence[InterventionSpec]) -> None:
    """What is projected out after each update would fill entries that a mask keeps at zero. Raises ValueError."""
    projected = any(isinstance(spec, ProjectOut) and spec.when == "for-ever" for spec in interventions)
    for index, spec in enumerate(interventions):
        is_mask = isinstance(spec, PruneAndRewind) or (isinstance(spec, MaskWeights) and spec.when == "for-ever")
        if projected and is_mask:
            raise ValueError(
                f"interventions.{index}: '{spec.name}' does not go with a 'project-out' for ever; allowed there: once"
            )


def _check_frequencies(task: TaskSpec, spec: FourierLoss | ProjectOut, field: str) -> None:
    if not isinstance(task, ModularTask):
        raise ValueError(f"{field}: '{spec.name}' needs a modular task of its own, not '{task.name}'")
    highest = task.modulus // 2
    if spec.frequencies and max(spec.frequencies) > highest:
        raise ValueError(
            f"{field}.frequencies: modulo {task.modulus} there is no {max(spec.frequencies)}; allowed: 1 to {highest}"
        )
