"""What the command line says in words."""

from typing import Any

from experiments.recipe.expectations import Expectation
from workers.science.run_folder import RunFolder, Stack


def heading(stack: Stack, step: int) -> str:
    seeds = ", ".join(map(str, stack.seeds))
    where = "".join(f", {name} = {value}" for name, value in stack.overrides.items())
    since = f", going on from step {step:,}" if step else ""
    return f"{stack.recipe.title}: seed{'s' if len(stack.seeds) > 1 else ''} {seeds}{where}{since}"


def end_report(folder: RunFolder, about: dict[str, Any], *, seconds: float) -> str:
    """How the run ended, each expectation with the value seen, where to look. `about` is the content of run.json."""
    state, scores = about["state"], about["expectations"]
    lines = [f"{state.capitalize()} after {_duration(seconds)}."]
    if scores:
        lines.append(f"Expectations: {sum(score['met'] for score in scores)} of {len(scores)} met")
        lines += [f"  {_score(score, folder.recipe.expect[score['index']])}" for score in scores]
    if state == "interrupted":
        lines.append(f"The work so far is in {folder.path}: the same command with --resume goes on from there.")
    else:
        lines.append(f"Plots: {folder.path / 'index.html'}")
    return "\n".join(lines)


def _score(score: dict[str, Any], expectation: Expectation) -> str:
    seen = "never measured" if score["value"] is None else f"{score['value']:.6g} at step {score['step']:,}"
    where = "".join(f", {name} = {value}" for name, value in score["overrides"].items())
    verdict = "met    " if score["met"] else "not met"
    return f"{verdict}  seed {score['seed']}{where}: {expectation}; seen {seen}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
