from experiments.recipe.analyses import NeuronClusters
from experiments.recipe.panels import MAX_VALUES, Axis, Panel, Series
from workers.science.key_frequencies import NeuronFrequencies, neuron_frequencies
from workers.science.registry import implements
from workers.science.thinning import evenly
from workers.science.trajectory import Trajectory


@implements(NeuronClusters)
def neuron_clusters(spec: NeuronClusters, trajectory: Trajectory) -> list[Panel]:
    """How many neurons each frequency explains, and how well the best one explains each neuron.

    Source: Nanda et al. 2023, arXiv 2301.05217, section 4.3.
    """
    found = neuron_frequencies(trajectory.last, spec.part)
    return [_sizes(spec, trajectory, found), _explained(spec, trajectory, found)]


def _sizes(spec: NeuronClusters, trajectory: Trajectory, found: NeuronFrequencies) -> Panel:
    clear = found.clusters(spec.neuron_threshold)
    counts = {
        f"explained to {spec.neuron_threshold:g} or more": clear,
        "explained to less": found.clusters(0.0) - clear,
    }
    names: list[float | str | None] = list(range(1, clear.shape[1] + 1))
    return Panel(
        key="neuron-clusters",
        title="Neurons by their best frequency",
        note="A network that computes products of waves has neurons of one frequency each, in clusters of its key "
        "frequencies. Neurons that no frequency explains are at their best one all the same.",
        kind="bars",
        x=Axis(label="frequency"),
        y=Axis(label="neurons"),
        series=[
            Series(name=name, seed=seed, x=names, y=values)
            for name, by_seed in counts.items()
            for seed, values in zip(trajectory.setup.seeds, by_seed.tolist(), strict=True)
        ],
    )


def _explained(spec: NeuronClusters, trajectory: Trajectory, found: NeuronFrequencies) -> Panel:
    sorted_ = found.explained.sort(descending=True)
    kept = evenly(sorted_.values.shape[1], MAX_VALUES // (2 * len(sorted_.values)))
    best = found.best.gather(1, sorted_.indices) + 1
    return Panel(
        key="neuron-clusters-explained",
        title="How much of each neuron one frequency explains",
        note=f"Neurons from the best explained to the least. The share of those above {spec.neuron_threshold:g} is the "
        "measure `neuron-fve`.",
        kind="scatter",
        x=Axis(label="neuron, by rank"),
        y=Axis(label="share of its variance"),
        series=[
            Series(
                name="neurons",
                seed=seed,
                x=[place + 1 for place in kept],
                y=sorted_.values[row, kept].tolist(),
                text=[f"frequency {k}" for k in best[row, kept].tolist()],
            )
            for row, seed in enumerate(trajectory.setup.seeds)
        ],
    )
