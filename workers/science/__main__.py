"""`python -m workers.science RECIPE.toml --out DIR`: carry out a recipe here, without a site, queue or network."""

import argparse
import contextlib
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from experiments.recipe import InvalidRecipe, Recipe, recipe_from_data, recipe_from_toml
from workers.science.conduct import conduct
from workers.science.device import settle
from workers.science.events import Event, Noticed, Progress, ResumePoint
from workers.science.failures import failure_of
from workers.science.report import end_report, heading
from workers.science.run_folder import FolderInUse, RunFolder, Stack
from workers.science.start_files import StartFiles

FAILED, REFUSED, INTERRUPTED = 1, 2, 128 + signal.SIGINT
RESUME_SECONDS = 20.0


def main(arguments: list[str] | None = None) -> int:
    told = _parser().parse_args(arguments)
    try:
        recipe = _recipe(told.recipe, told.seeds)
        _check_start(recipe, told.start_from)
        device = settle(told.device, threads=told.threads)
        folder = RunFolder(told.out, recipe)
        folder.open(resume=told.resume)
    except InvalidRecipe as error:
        return _refuse(f"{told.recipe} is not a valid recipe:", *(f"  {found}" for found in error.errors))
    except (FolderInUse, OSError, ValueError) as error:
        return _refuse(str(error))
    return _carry_out(folder, device, told.start_from)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.science", description=__doc__)
    parser.add_argument("recipe", type=Path, metavar="RECIPE.toml")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--seeds", type=_seeds, metavar="0,1", help="these seeds instead of the recipe's")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads; part of what makes a run repeat exactly")
    parser.add_argument("--start-from", type=Path, metavar="DIR", help="the folder of the run that [start] names")
    parser.add_argument("--resume", action="store_true", help="go on with the interrupted run in DIR")
    return parser


def _seeds(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _recipe(path: Path, seeds: list[int] | None) -> Recipe:
    recipe = recipe_from_toml(path.read_text(encoding="utf-8"))
    if seeds is None:
        return recipe
    return recipe_from_data(recipe.model_dump(mode="json", exclude_unset=True) | {"seeds": seeds})


def _check_start(recipe: Recipe, start_from: Path | None) -> None:
    """Raises ValueError unless recipe and command line agree on whether there is a run to start from."""
    if start_from is None and not recipe.start.is_fresh:
        raise ValueError(f"the recipe starts from run {recipe.start.run}: say where its folder is with --start-from")
    if start_from is not None and recipe.start.is_fresh:
        raise ValueError("the recipe has no [start], so there is nothing to take from the folder of --start-from")


def _refuse(*lines: str) -> int:
    print("\n".join(lines), file=sys.stderr)
    return REFUSED


def _carry_out(folder: RunFolder, device: torch.device, start_from: Path | None) -> int:
    started, cpu_started = time.monotonic(), time.process_time()
    state, code = "finished", 0
    try:
        with interruptible() as interruption:
            for stack in folder.stacks:
                if not stack.recording.is_finished:
                    carry_out_stack(stack, device, interruption, start_from)
    except Interrupted:
        state, code = "interrupted", INTERRUPTED
    except Exception as error:
        failure = failure_of(error, traceback.format_exc())
        print("\n".join(filter(None, [failure.traceback, failure.message, failure.hint])), file=sys.stderr)
        state, code = "failed", FAILED
    spent = {"seconds": time.monotonic() - started, "cpu_seconds": time.process_time() - cpu_started}
    about = folder.summarise(state, device, spent=spent)
    print(end_report(folder, about, seconds=spent["seconds"]))
    return code


class Interrupted(Exception):
    """Ctrl-C was pressed, and the work so far is kept."""


@contextlib.contextmanager
def interruptible() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets, for the work to stop at its next chance; the second one stops at once."""
    wished = threading.Event()

    def note(*_: Any) -> None:
        wished.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    earlier = signal.signal(signal.SIGINT, note)
    try:
        yield wished
    finally:
        signal.signal(signal.SIGINT, earlier)


def carry_out_stack(
    stack: Stack, device: torch.device, interruption: threading.Event, start_from: Path | None = None
) -> None:
    """Train, measure and analyse one stack of seeds, keeping a resume point every so often."""
    recording, steps = stack.recording, stack.recipe.training.steps
    resume = recording.go_on()
    first = resume.step if resume else 0
    keep_at = time.monotonic() + RESUME_SECONDS
    events = conduct(
        stack.recipe,
        seeds=stack.seeds,
        device=device,
        archive=recording.storage,
        resume=resume,
        start_from=StartFiles(start_from, stack.recipe.start) if start_from else None,
    )
    print(heading(stack, first), flush=True)
    with tqdm(total=steps, initial=first, unit="step", disable=None) as bar:
        for event in events:
            recording.take(event)
            if isinstance(event, Progress):
                bar.set_description(event.phase, refresh=False)
                bar.update(event.step - bar.n)
            if isinstance(event, Noticed):
                bar.write(event.text)
            stopping = interruption.is_set()
            if isinstance(event, ResumePoint) and (stopping or event.step == steps or time.monotonic() >= keep_at):
                recording.keep_resume_point(event)
                keep_at = time.monotonic() + RESUME_SECONDS
            if stopping and _is_all_kept(event):
                raise Interrupted


def _is_all_kept(event: Event) -> bool:
    """Whether nothing is lost by stopping here: the resume point just seen, or the one at the end of training."""
    return isinstance(event, ResumePoint) or (isinstance(event, Progress) and event.phase == "analysing")


if __name__ == "__main__":
    sys.exit(main())
