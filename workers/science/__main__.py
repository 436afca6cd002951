"""`python -m workers.science RECIPE.toml --out DIR`: carry out a recipe here, without a site, queue or network."""

import argparse
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from experiments.recipe import InvalidRecipe, Recipe, recipe_from_data, recipe_from_toml
from workers.science.conduct import conduct
from workers.science.device import settle
from workers.science.events import Progress, ResumePoint
from workers.science.failures import failure_of
from workers.science.report import end_report, heading
from workers.science.run_folder import FolderInUse, RunFolder, Stack

FAILED, REFUSED, INTERRUPTED = 1, 2, 128 + signal.SIGINT
RESUME_SECONDS = 20.0


def main(arguments: list[str] | None = None) -> int:
    told = _parser().parse_args(arguments)
    try:
        recipe = _recipe(told.recipe, told.seeds)
        device = settle(told.device, threads=told.threads)
        folder = RunFolder(told.out, recipe)
        folder.open(resume=told.resume)
    except InvalidRecipe as error:
        return _refuse(f"{told.recipe} is not a valid recipe:", *(f"  {found}" for found in error.errors))
    except (FolderInUse, OSError, ValueError) as error:
        return _refuse(str(error))
    return _carry_out(folder, device)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.science", description=__doc__)
    parser.add_argument("recipe", type=Path, metavar="RECIPE.toml")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--seeds", type=_seeds, metavar="0,1", help="these seeds instead of the recipe's")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads; part of what makes a run repeat exactly")
    parser.add_argument("--resume", action="store_true", help="go on with the interrupted run in DIR")
    return parser


def _seeds(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _recipe(path: Path, seeds: list[int] | None) -> Recipe:
    recipe = recipe_from_toml(path.read_text(encoding="utf-8"))
    if seeds is None:
        return recipe
    return recipe_from_data(recipe.model_dump(mode="json", exclude_unset=True) | {"seeds": seeds})


def _refuse(*lines: str) -> int:
    print("\n".join(lines), file=sys.stderr)
    return REFUSED


def _carry_out(folder: RunFolder, device: torch.device) -> int:
    started = time.monotonic()
    interruption = Interruption()
    state, code = "finished", 0
    try:
        for stack in folder.stacks:
            if not stack.recording.is_finished:
                carry_out_stack(stack, device, interruption)
    except Interrupted:
        state, code = "interrupted", INTERRUPTED
    except Exception as error:
        failure = failure_of(error, traceback.format_exc())
        print("\n".join(filter(None, [failure.traceback, failure.message, failure.hint])), file=sys.stderr)
        state, code = "failed", FAILED
    about = folder.summarise(state, device)
    print(end_report(folder, about, seconds=time.monotonic() - started))
    return code


class Interrupted(Exception):
    """Ctrl-C was pressed, and the work so far is kept."""


class Interruption:
    """Turns the first Ctrl-C into a wish to stop at the next chance; the second one stops at once."""

    def __init__(self) -> None:
        self.wished = threading.Event()
        signal.signal(signal.SIGINT, self._note)

    def _note(self, *_: Any) -> None:
        self.wished.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)


def carry_out_stack(stack: Stack, device: torch.device, interruption: Interruption) -> None:
    """Train, measure and analyse one stack of seeds, keeping a resume point every so often."""
    recording = stack.recording
    resume = recording.go_on()
    keep_at = time.monotonic() + RESUME_SECONDS
    events = conduct(stack.recipe, seeds=stack.seeds, device=device, archive=recording.storage, resume=resume)
    print(heading(stack, resume.step if resume else 0), flush=True)
    with tqdm(total=stack.recipe.training.steps, initial=resume.step if resume else 0, unit="step", disable=None) as bar:
        for event in events:
            recording.take(event)
            if isinstance(event, Progress):
                bar.set_description(event.phase, refresh=False)
                bar.update(event.step - bar.n)
            if isinstance(event, ResumePoint):
                is_due = time.monotonic() >= keep_at or event.step == stack.recipe.training.steps
                if is_due or interruption.wished.is_set():
                    recording.keep_resume_point(event)
                    keep_at = time.monotonic() + RESUME_SECONDS
            is_kept = isinstance(event, ResumePoint) or (isinstance(event, Progress) and event.phase == "analysing")
            if is_kept and interruption.wished.is_set():
                raise Interrupted


if __name__ == "__main__":
    sys.exit(main())
