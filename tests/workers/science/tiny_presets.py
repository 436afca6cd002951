"""How small the tiny variant of a preset is. A new task needs a line here; a preset of a known task needs none."""

from typing import Any

from experiments.recipe import Recipe, recipe_from_data

# Small enough to run in a moment, large enough for the answers, digits, lists that expectations name.
SMALL_TASKS: dict[str, dict[str, Any]] = {
    "code-eval": {"vocabulary": 6, "n_test": 40},
    "cyclic-automaton": {"n_test": 16},
    "digit-arithmetic": {"n_test": 32},
    "feature-reconstruct": {"n_features": 5, "n_test": 16},
    "graph-hops": {"nodes": 6, "n_test": 32},
    "graph-path": {"nodes": 8, "n_test": 32},
    "icl-network": {"dims": 2, "points": 22, "hidden": 4, "n_test": 8},
    "icl-regression": {"dims": 2, "points": 21, "n_test": 8},
    "icl-sparse": {"dims": 4, "points": 12, "n_test": 8},
    "icl-tree": {"dims": 2, "points": 16, "n_test": 8},
    "ioi-symbolic": {"names": 5, "n_test": 32},
    "modular-addition": {"modulus": 7},
    "modular-subtraction": {"modulus": 7},
    "othello": {"size": 4, "n_games": 40, "n_test": 16},
    "permute-list": {"vocabulary": 6, "n_test": 8},
    "previous-token": {"vocabulary": 6, "length": 5, "n_test": 8},
    "random-labels": {"symbols": 5, "train_fraction": 0.8},
    "reduce-list": {"vocabulary": 6, "max_test": 40},
    "random-period": {"vocabulary": 6, "length": 17, "shortest": 3, "longest": 8, "n_test": 8},
    "random-strings": {"strings": 6, "length": 6, "vocabulary": 6, "n_test": 8},
    "recurrence": {"modulus": 7},
    "repeated-subsequence": {"vocabulary": 6, "length": 17, "span": 4, "n_test": 8},
    "skip-trigram": {"queries": 2, "length": 5, "n_test": 8},
    "sort-any-length": {"vocabulary": 64, "n_test": 400},
    "sort-list": {"vocabulary": 7, "n_test": 8},
    "summed-scores": {"train_examples": 30, "n_test": 32},
    "two-phase": {"switch_at": 3},
}
# Layers and heads stay as they are: expectations name heads.
SMALL_MODELS: dict[str, dict[str, Any]] = {
    "transformer": {"d_model": 16, "d_head": 4, "d_mlp": 16},
    "mlp": {"d_embed": 8, "d_mlp": 16},
    "toy-model": {},
}
SMALL_TRAINING = {"steps": 6, "batch": 4, "warmup_steps": 1}
SMALL_INTERVENTIONS: dict[str, dict[str, Any]] = {"prune-and-rewind": {"every": 2, "rounds": 2}}
ABSENT = (None, 0, "full")  # values that say that there is no such thing, which stays so
MOST_POINTS = 3


def tiny(preset: Recipe) -> Recipe:
    data = preset.model_dump(mode="json", exclude_unset=True)
    _shrink_task(data["task"])
    _shrink(data["model"], preset.model.model_dump(), SMALL_MODELS[preset.model.name])
    _shrink(data["training"], preset.training.model_dump(), SMALL_TRAINING)
    _shrink_steps(data)
    for curriculum in data.get("curriculum", []):
        curriculum |= {"start": data["task"][curriculum["field"]] - 1, "increment": 1, "interval": 2}
    for intervention in data.get("interventions", []):
        intervention |= SMALL_INTERVENTIONS.get(intervention["name"], {})
    return recipe_from_data(data | {"checkpoints": {"count": 3}, "measure_at": {"count": 3}})


def _shrink_steps(data: dict[str, Any]) -> None:
    """Of a sweep over the steps, in which the first is how long it is trained; and of probes that are trained too."""
    for swept in [data.get("sweep", {}), *(expectation.get("where", {}) for expectation in data.get("expect", []))]:
        if "training.steps" in swept:
            steps = swept["training.steps"]
            swept["training.steps"] = [min(s, 6) for s in steps] if isinstance(steps, list) else min(steps, 6)
    for measure in data["measures"]:
        if "n_steps" in measure:
            measure["n_steps"] = 2


def _shrink_task(task: dict[str, Any]) -> None:
    """A task, and the tasks it is made of."""
    parts = [task[phase] for phase in ("first", "second") if phase in task]
    parts += [part["task"] for part in task.get("parts", [])]
    for part in parts:
        _shrink_task(part)
    if not (parts and task["name"] not in SMALL_TASKS):
        task |= SMALL_TASKS[task["name"]]


def _shrink(section: dict[str, Any], resolved: dict[str, Any], small: dict[str, Any]) -> None:
    """Write small values over those of a section, whether it had them written down or not."""
    for field, value in small.items():
        if field == "d_head" or resolved[field] not in ABSENT:
            section[field] = value


def some_points(preset: Recipe) -> list[dict[str, Any]]:
    """The first, the last and one in the middle."""
    points = list(preset.points())
    places = {0, len(points) // 2, len(points) - 1}
    return [points[place] for place in sorted(places)][:MOST_POINTS]
