"""Advice on a valid recipe: nothing here refuses it."""

from experiments.recipe.recipe import Recipe

DISCRETE = frozenset({"accuracy", "features-represented"})
EARLY_SHARE = 0.1
EARLY_CHECKPOINTS = 3


def lint(recipe: Recipe) -> list[str]:
    """One sentence per weakness that a reviewer would raise."""
    return [
        message
        for message in (
            _few_seeds(recipe),
            _no_early_checkpoints(recipe),
            _one_kind_of_measure(recipe),
            _no_expectation(recipe),
        )
        if message
    ]


def _few_seeds(recipe: Recipe) -> str:
    if len(recipe.seeds) >= 3:
        return ""
    return f"{len(recipe.seeds)} seed(s): use at least three before you claim an effect."


def _no_early_checkpoints(recipe: Recipe) -> str:
    last = recipe.training.steps
    early = [step for step in recipe.checkpoints.steps(last) if 0 < step <= EARLY_SHARE * last]
    if len(early) >= EARLY_CHECKPOINTS or last < 20:
        return ""
    return (
        f"{len(early)} checkpoint(s) in the first tenth of training: early phases may be missed; "
        "use schedule 'exponential' or 'mixed'."
    )


def _one_kind_of_measure(recipe: Recipe) -> str:
    """Numbers are never right or wrong, so a task that is answered with them has no discrete measure to add."""
    continuous = any(measure.name not in DISCRETE for measure in recipe.measures)
    discrete = any(measure.name in DISCRETE for measure in recipe.measures)
    if (continuous and discrete) or recipe.task.answers == "numbers":
        return ""
    kind, other = ("continuous", "accuracy") if continuous else ("discrete", "loss")
    return f"Only {kind} measures: an effect can look sudden or gradual by the choice of measure; add {other}."


def _no_expectation(recipe: Recipe) -> str:
    return "" if recipe.expect else "No expectation: state beforehand what would count as the effect, in [[expect]]."
