from experiments.recipe.analyses import PcaOverTraining
from experiments.recipe.panels import MAX_VALUES, Axis, Panel, Series
from workers.science.analyses.principal_components import PrincipalComponents, principal_components
from workers.science.registry import implements
from workers.science.thinning import evenly
from workers.science.trajectory import Trajectory


@implements(PcaOverTraining)
def pca_over_training(spec: PcaOverTraining, trajectory: Trajectory) -> list[Panel]:
    """The path of training in the plane of its first two principal components, each component over steps, and the
    share of variance of each. A point is a checkpoint; its features are all logits, or all weights, of one seed."""
    pieces = trajectory.logit_features() if spec.of == "logits" else trajectory.weight_features()
    found = principal_components(pieces, spec.n_components)
    return [_path(spec, trajectory, found), _over_steps(spec, trajectory, found), _explained(spec, trajectory, found)]


def _path(spec: PcaOverTraining, trajectory: Trajectory, found: PrincipalComponents) -> Panel:
    kept = _kept(trajectory, n_series=len(found.scores))
    labels = [f"step {trajectory.steps[place]:,}" for place in kept]
    scores = found.scores[:, kept].tolist()
    return Panel(
        key=f"pca-{spec.of}-path",
        title=f"Training as a path: principal components of the {spec.of}",
        note="Each point is a checkpoint. A straight stretch is one phase of training; a turn is a change of phase.",
        kind="path",
        x=Axis(label="PC 1"),
        y=Axis(label="PC 2"),
        series=[
            Series(name="path", seed=seed, x=[p[0] for p in points], y=[p[1] for p in points], text=labels)
            for seed, points in zip(trajectory.setup.seeds, scores, strict=True)
        ],
    )


def _over_steps(spec: PcaOverTraining, trajectory: Trajectory, found: PrincipalComponents) -> Panel:
    kept = _kept(trajectory, n_series=found.explained.numel())
    steps: list[float | str | None] = [trajectory.steps[place] for place in kept]
    return Panel(
        key=f"pca-{spec.of}-steps",
        title=f"Principal components of the {spec.of} over training",
        note="Compare the turning points with the steps at which train and test loss fall.",
        kind="lines",
        x=Axis(label="step"),
        y=Axis(label="coordinate along the component"),
        series=[
            Series(name=f"PC {component + 1}", seed=seed, x=steps, y=scores[:, component].tolist())
            for seed, scores in zip(trajectory.setup.seeds, found.scores[:, kept], strict=True)
            for component in range(scores.shape[-1])
        ],
    )


def _kept(trajectory: Trajectory, *, n_series: int) -> list[int]:
    """Places of the checkpoints that are drawn: all, unless that makes more numbers than a panel may hold."""
    return evenly(len(trajectory.steps), MAX_VALUES // (2 * n_series))


def _explained(spec: PcaOverTraining, trajectory: Trajectory, found: PrincipalComponents) -> Panel:
    names: list[float | str | None] = [f"PC {component + 1}" for component in range(found.explained.shape[-1])]
    return Panel(
        key=f"pca-{spec.of}-explained",
        title=f"How much of the movement of the {spec.of} each component holds",
        note="What is missing to 1 lies outside the components shown.",
        kind="bars",
        x=Axis(label="component"),
        y=Axis(label="share of the variance over checkpoints"),
        series=[
            Series(name="explained", seed=seed, x=names, y=shares)
            for seed, shares in zip(trajectory.setup.seeds, found.explained.tolist(), strict=True)
        ],
    )
