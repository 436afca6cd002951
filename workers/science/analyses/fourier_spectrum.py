from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import FourierSpectrum
from experiments.recipe.panels import MAX_VALUES, Axis, Frame, Panel, Series
from workers.science.fourier import frequency_norms
from workers.science.modular_pairs import operand_tables
from workers.science.registry import implements
from workers.science.thinning import evenly
from workers.science.trajectory import Trajectory


@implements(FourierSpectrum)
def fourier_spectrum(spec: FourierSpectrum, trajectory: Trajectory) -> list[Panel]:
    """Norm of the token embedding along each frequency modulo p, at every checkpoint.

    Source: Nanda et al. 2023, arXiv 2301.05217, section 4.1.
    """
    modulus = trajectory.setup.recipe.task.d_out
    setup = trajectory.setup
    table = operand_tables(setup.recipe.task, setup.model, modulus, trajectory.weight)[0]
    norms = frequency_norms(table)  # (checkpoint, seed, frequency)
    panel = Panel(
        key="fourier-spectrum-embedding",
        title="Fourier spectrum of the embedding",
        note="At first every frequency weighs about the same. After grokking a few key frequencies hold nearly all of "
        "it, other ones for other seeds. Move the slider to see when they win.",
        kind="bars",
        x=Axis(label="frequency", unit=f"cycles per {modulus}"),
        y=Axis(label="norm of the embedding"),
    )
    kept = evenly(len(norms), MAX_VALUES // (2 * norms[0].numel()))
    frames = [Frame(step=trajectory.steps[place], series=_bars(norms[place], trajectory.setup.seeds)) for place in kept]
    return [panel.model_copy(update={"frames": frames})]


def _bars(norms: Float[Tensor, "seed frequency"], seeds: tuple[int, ...]) -> list[Series]:
    frequencies: list[float | str | None] = list(range(norms.shape[-1]))
    return [
        Series(name="norm", seed=seed, x=frequencies, y=values)
        for seed, values in zip(seeds, norms.tolist(), strict=True)
    ]
