from collections.abc import Iterator, Mapping, Sequence

from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import ComponentEffects
from experiments.recipe.panels import Axis, Panel, Series
from workers.science.mechanisms.ablation import ablation_effects
from workers.science.mechanisms.asked import asked_by, loss_at
from workers.science.mechanisms.attribution import logit_attribution
from workers.science.naming import slug
from workers.science.registry import implements
from workers.science.trajectory import Trajectory

Effects = Mapping[str, Float[Tensor, "seed"]]
WRITTEN = Axis(label="written towards the right answer", unit="logits")


@implements(ComponentEffects)
def component_effects(spec: ComponentEffects, trajectory: Trajectory) -> list[Panel]:
    """Of the last checkpoint: what each part writes towards the right answer, what is lost without it, and the two
    against each other."""
    snapshot, seeds = trajectory.last, trajectory.setup.seeds
    asked = asked_by(spec, snapshot)
    written = logit_attribution(snapshot, asked)
    lost = ablation_effects(snapshot, asked, spec.by, lambda outputs: loss_at(snapshot, outputs, asked.labels))
    first = _written(spec, written, seeds)
    return [first, _lost(spec, lost, seeds), _against(spec, written, lost, seeds)] if lost else [first]


def _written(spec: ComponentEffects, written: Effects, seeds: Sequence[int]) -> Panel:
    return Panel(
        key=slug(f"attribution {spec.said_all}"),
        title=f"What each part writes directly{spec.said_all}",
        note="The bars of a seed add up to the logit of the right answer over the wrong ones. A part may matter "
        "without writing anything here: through what later parts make of it.",
        kind="bars",
        x=Axis(label="part"),
        y=WRITTEN,
        series=list(_bars("written", written, seeds)),
    )


def _lost(spec: ComponentEffects, lost: Effects, seeds: Sequence[int]) -> Panel:
    return Panel(
        key=slug(f"ablation {spec.by} {spec.said_all}"),
        title=f"What is lost without each part{spec.said_all}",
        note="How far the loss rises when the part's output is replaced. Near 0: not needed, or others step in.",
        kind="bars",
        x=Axis(label="part"),
        y=_rise(spec),
        series=list(_bars("lost", lost, seeds)),
    )


def _rise(spec: ComponentEffects) -> Axis:
    return Axis(label=f"rise of the loss, {spec.by} ablation", unit="nats per token")


def _bars(name: str, effects: Effects, seeds: Sequence[int]) -> Iterator[Series]:
    for place, seed in enumerate(seeds):
        yield Series(name=name, seed=seed, x=list(effects), y=[effect[place].item() for effect in effects.values()])


def _against(spec: ComponentEffects, written: Effects, lost: Effects, seeds: Sequence[int]) -> Panel:
    """The parts that have both numbers: heads and MLPs."""
    both = [name for name in written if name in lost]
    return Panel(
        key=slug(f"attribution and ablation {spec.by} {spec.said_all}"),
        title=f"What each part writes, and what is lost without it{spec.said_all}",
        note="On a line from the corner, direct writing explains what is lost. A point high up at 0 is needed and "
        "writes nothing towards the answer itself; one far right at 0 writes what is not missed.",
        kind="scatter",
        x=WRITTEN,
        y=_rise(spec),
        series=[
            Series(
                name="parts",
                seed=seed,
                x=[written[name][place].item() for name in both],
                y=[lost[name][place].item() for name in both],
                text=both,
            )
            for place, seed in enumerate(seeds)
        ],
    )
