from experiments.recipe.analyses import TransplantedProbes
from experiments.recipe.panels import Axis, Grid, Panel
from workers.science.measures.probe_transplant import transplanted
from workers.science.measures.probes import residual_stream
from workers.science.neurons import n_layers
from workers.science.registry import implements
from workers.science.trajectory import Trajectory


@implements(TransplantedProbes)
def transplanted_probes(spec: TransplantedProbes, trajectory: Trajectory) -> list[Panel]:
    """Held-out accuracy, in [0, 1], of each place's probe (rows) at each place (columns)."""
    names: list[float | str | None] = [*residual_stream(n_layers(trajectory.last))]
    found = transplanted(trajectory.last)
    return [
        Panel(
            key="transplanted-probes",
            title="Probes of one layer that read another",
            note="The diagonal is a probe at home. Where it is as good next door, the layer in between keeps what is "
            "read as it is; where it fails, what is read is written in another way there, or is not there yet.",
            kind="heatmap",
            x=Axis(label="read at"),
            y=Axis(label="fitted at"),
            grids=[
                Grid(name="accuracy", seed=seed, x=names, y=names, z=of_seed)
                for seed, of_seed in zip(trajectory.setup.seeds, found.tolist(), strict=True)
            ],
        )
    ]
