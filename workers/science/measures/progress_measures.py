"""Progress measures on the logits of all pairs: what of them lies along the key frequencies.

Source: Nanda et al. 2023, arXiv 2301.05217, section 5.1 and appendix; definitions in `experiments.recipe.measures`.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.measures import CosCoefficients, ExcludedLoss, LogitFve, RestrictedLoss, TrigSimilarity
from experiments.recipe.measures.fourier import OfKeyFrequencies
from workers.science.evaluation import Snapshot
from workers.science.fourier import along_cosines, cos_coefficients, excluded, filters, restricted
from workers.science.key_frequencies import key_by_power
from workers.science.modular_pairs import EveryPair, every_pair_of
from workers.science.registry import implements

PerSeed = Float[Tensor, "seed"]


@implements(RestrictedLoss)
def restricted_loss(spec: RestrictedLoss, snapshot: Snapshot) -> dict[str, PerSeed]:
    """Mean cross-entropy in nats, ln p when no frequency is key."""
    pairs = every_pair_of(snapshot, spec.part)
    key = keys(spec, snapshot, len(pairs.logits))
    return restricted_losses(pairs, key)


@implements(ExcludedLoss)
def excluded_loss(spec: ExcludedLoss, snapshot: Snapshot) -> dict[str, PerSeed]:
    """Mean cross-entropy of the training pairs, in nats; the train loss when no frequency is key."""
    pairs = every_pair_of(snapshot, spec.part)
    key = keys(spec, snapshot, len(pairs.logits))
    values = {"": excluded_train_loss(pairs, key), "cosines": _without_cosines(pairs, key)}
    for k in spec.frequencies:
        only = torch.zeros_like(key)
        only[:, k - 1] = True
        values[f"frequency {k}"] = excluded_train_loss(pairs, only)
    return values


@implements(LogitFve)
def logit_fve(spec: LogitFve, snapshot: Snapshot) -> dict[str, PerSeed]:
    """1 - ||l - l_K||^2 / ||l - mean||^2; 0 for logits that do not depend on the pair."""
    pairs = every_pair_of(snapshot, spec.part)
    filter_ = filters(pairs.logits.shape[-1], keys(spec, snapshot, len(pairs.logits)))
    unexplained = (pairs.logits - restricted(pairs.logits, pairs.sums, filter_)).square().sum(dim=(1, 2))
    total = (pairs.logits - pairs.logits.mean(1, keepdim=True)).square().sum(dim=(1, 2))
    return {"": torch.where(total > 0, 1 - unexplained / total, torch.zeros_like(total))}


@implements(CosCoefficients)
def coefficients(spec: CosCoefficients, snapshot: Snapshot) -> dict[str, PerSeed]:
    pairs = every_pair_of(snapshot, spec.part)
    found = cos_coefficients(pairs.logits, pairs.sums)
    return {"": found.amax(1)} | _by_frequency(found)


@implements(TrigSimilarity)
def trig_similarity(spec: TrigSimilarity, snapshot: Snapshot) -> dict[str, PerSeed]:
    """0 for logits that are all 0."""
    pairs = every_pair_of(snapshot, spec.part)
    norms = pairs.logits.flatten(1).norm(dim=1, keepdim=True)
    found = cos_coefficients(pairs.logits, pairs.sums) / torch.where(norms > 0, norms, torch.ones_like(norms))
    return {"": found.norm(dim=1)} | _by_frequency(found)


def keys(spec: OfKeyFrequencies, snapshot: Snapshot, n_seeds: int) -> Bool[Tensor, "seed frequency"]:
    """K: the declared frequencies, or those that are key at this moment."""
    now = key_by_power(snapshot, spec.part, spec.threshold)
    if not spec.frequencies:
        return now
    declared = torch.zeros_like(now)
    declared[:, [k - 1 for k in spec.frequencies]] = True
    return declared


def restricted_losses(pairs: EveryPair, key: Bool[Tensor, "seed frequency"]) -> dict[str, PerSeed]:
    logits = restricted(pairs.logits, pairs.sums, filters(pairs.logits.shape[-1], key))
    losses = _losses(logits, pairs)
    return {
        "": losses.mean(1),
        "train": _mean_where(losses, pairs.trained),
        "test": _mean_where(losses, ~pairs.trained),
    }


def excluded_train_loss(pairs: EveryPair, key: Bool[Tensor, "seed frequency"]) -> PerSeed:
    logits = excluded(pairs.logits, pairs.sums, filters(pairs.logits.shape[-1], key))
    return _mean_where(_losses(logits, pairs), pairs.trained)


def _without_cosines(pairs: EveryPair, key: Bool[Tensor, "seed frequency"]) -> PerSeed:
    of_key = cos_coefficients(pairs.logits, pairs.sums) * key
    logits = pairs.logits - along_cosines(of_key, pairs.sums, pairs.logits.shape[-1])
    return _mean_where(_losses(logits, pairs), pairs.trained)


def _losses(logits: Float[Tensor, "seed pair p"], pairs: EveryPair) -> Float[Tensor, "seed pair"]:
    return -logits.log_softmax(-1).gather(-1, pairs.labels[:, :, None])[:, :, 0]


def _mean_where(values: Float[Tensor, "seed pair"], chosen: Bool[Tensor, "seed pair"]) -> PerSeed:
    return (values * chosen).sum(1) / chosen.sum(1)


def _by_frequency(values: Float[Tensor, "seed frequency"]) -> dict[str, PerSeed]:
    return {f"frequency {k + 1}": values[:, k] for k in range(values.shape[1])}
