"""Carrying out one recipe: a generator of events, and nothing else. No file, log or callback is touched in here."""

import time
from collections.abc import Iterator, Sequence

import torch

from experiments.recipe.recipe import Recipe
from workers.science.analyses import analyse
from workers.science.device import set_matmul_precision
from workers.science.evaluation import Snapshot
from workers.science.events import Analysed, Checkpointed, Event, Finished, Measured, Noticed, Progress, ResumePoint
from workers.science.expectations import Scoreboard
from workers.science.measures import measure
from workers.science.starting import StartingPoint
from workers.science.training.trainer import Trainer
from workers.science.trajectory import Archive, Trajectory

TICK_SECONDS = 0.25  # between two looks of the driver


def conduct(
    recipe: Recipe,
    *,
    seeds: Sequence[int],
    device: torch.device,
    archive: Archive,
    resume: ResumePoint | None = None,
    start_from: StartingPoint | None = None,
) -> Iterator[Event]:
    """Train the given seeds of one grid point together, measure, keep checkpoints, then analyse them.

    The recipe has no sweep. The driver stores each `Checkpointed` before it asks for the next event: the analyses read
    them back from `archive`. With `resume`, training goes on from there and ends with the same bits; what was measured
    and kept up to that step is not repeated. `start_from` is where a recipe with a [start] finds the other run's
    checkpoints; a resumed run needs it again.
    """
    if recipe.sweep:
        raise ValueError("a recipe with a sweep is carried out one grid point at a time: see `at_point`")
    steps = recipe.training.steps
    yield Progress("starting", resume.step if resume else 0, steps)
    set_matmul_precision(device, tf32=recipe.training.tf32)
    trainer = Trainer(recipe, seeds, device, start_from)
    scoreboard = Scoreboard(recipe.expected_here(), seeds, resume.scored if resume else ())
    if resume:
        trainer.restore(resume)
    yield from _train(recipe, trainer, scoreboard, observed_until=resume.step if resume else -1)

    yield Progress("analysing", steps, steps)
    trajectory = Trajectory(trainer.setup, archive, recipe.checkpoints.steps(steps))
    for spec in recipe.analyses:
        for panel in analyse(spec, trajectory):
            yield Analysed(panel)
        yield Progress("analysing", steps, steps)
    yield Finished(scoreboard.scored())


def _train(recipe: Recipe, trainer: Trainer, scoreboard: Scoreboard, *, observed_until: int) -> Iterator[Event]:
    """Alternate looking and updating. At each step: measurements, checkpoint, resume point, in this order."""
    steps = recipe.training.steps
    measured_at = frozenset(recipe.measure_at.steps(steps))
    kept_at = frozenset(recipe.checkpoints.steps(steps))
    next_tick = time.monotonic()
    for step in range(trainer.step, steps + 1):
        if step > observed_until and step in measured_at:
            for measured in _measurements(recipe, trainer, is_last=step == steps):
                scoreboard.see(measured)
                yield measured
        if step > observed_until and step in kept_at:
            yield Checkpointed(step, trainer.seeds, trainer.copy_of_weights())
        if step == steps or time.monotonic() >= next_tick:
            yield Progress("training", step, steps)
            yield trainer.resume_point(scoreboard.scored())
            next_tick = time.monotonic() + TICK_SECONDS
        if step < steps:
            trainer.update()
        for noticed_at, text in trainer.watch.take_notices():
            yield Noticed(noticed_at, text)


def _measurements(recipe: Recipe, trainer: Trainer, *, is_last: bool) -> Iterator[Measured]:
    snapshot: Snapshot = trainer.snapshot()
    for spec in recipe.measures:
        if spec.only_at_end and not is_last:
            continue
        split, part = getattr(spec, "split", ""), getattr(spec, "part", "")
        for name, values in measure(spec, snapshot).items():
            component = " ".join(filter(None, [part, name]))
            yield Measured(trainer.step, spec.name, split, component, trainer.seeds, tuple(values.double().tolist()))
