"""How the features of a ReLU output model lie in its hidden layer. Row i of W is the direction W_i of feature i.

Source: Elhage et al. 2022, "Toy Models of Superposition", sections 2 to 4. All in float64.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.measures import (
    BasisAlignment,
    DatumDimensionality,
    DimensionsPerFeature,
    FeatureDimensionality,
    FeatureInterference,
    FeatureNorm,
    FeaturesRepresented,
)
from workers.science.evaluation import Snapshot
from workers.science.registry import implements

Directions = Float[Tensor, "seed feature d_hidden"]
PerFeature = Float[Tensor, "seed feature"]

REPRESENTED_NORM = 0.5  # a feature counts as represented when the norm of its direction is above this


@implements(FeatureNorm)
def feature_norm(spec: FeatureNorm, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    norms = _directions(snapshot).norm(dim=-1)
    return {"": norms.mean(1)} | _each(norms)


@implements(FeaturesRepresented)
def features_represented(spec: FeaturesRepresented, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    return {"": _represented(_directions(snapshot)).double().sum(1)}


@implements(FeatureDimensionality)
def feature_dimensionality(spec: FeatureDimensionality, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """D_i of each feature; as a whole the mean over those that are represented, 0 if none is."""
    directions = _directions(snapshot)
    values, represented = dimensionality(directions), _represented(directions)
    return {"": (values * represented).sum(1) / represented.sum(1).clamp(min=1)} | _each(values)


@implements(FeatureInterference)
def feature_interference(spec: FeatureInterference, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    values = interference(_directions(snapshot))
    return {"": values.mean(1)} | _each(values)


@implements(DatumDimensionality)
def datum_dimensionality(spec: DatumDimensionality, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    values = shared_dimensionality(hidden_data(snapshot))
    return {"": values.mean(1), "least": values.amin(1), "largest": values.amax(1)}


def hidden_data(snapshot: Snapshot) -> Float[Tensor, "seed example d_hidden"]:
    """h = x W of every training example."""
    return snapshot.splits["train"].inputs[:, :, 0].double() @ _directions(snapshot)


def shared_dimensionality(vectors: Float[Tensor, "seed vector dim"]) -> Float[Tensor, "seed vector"]:
    """D_i = |v_i|^4 / (v_i^T (sum_j v_j v_j^T) v_i), and 0 for v_i = 0: as `dimensionality`, but with no table of all
    pairs, of which 100,000 examples would have too many."""
    second_moments = vectors.mT @ vectors  # (seed, dim, other)
    squares = vectors.square().sum(-1)
    spread = torch.einsum("svd,sde,sve->sv", vectors, second_moments, vectors)
    return torch.where(squares > 0, squares.square() / spread, torch.zeros_like(squares))


@implements(DimensionsPerFeature)
def dimensions_per_feature(spec: DimensionsPerFeature, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """m / ||W||_F^2."""
    directions = _directions(snapshot)
    return {"": directions.shape[-1] / directions.square().sum(dim=(1, 2))}


@implements(BasisAlignment)
def basis_alignment(spec: BasisAlignment, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """sum_i max_k W_ik^2 / sum_ik W_ik^2."""
    squares = _directions(snapshot).square()
    return {"": squares.amax(-1).sum(-1) / squares.sum(dim=(1, 2))}


def dimensionality(directions: Directions) -> PerFeature:
    """D_i = ||W_i||^2 / sum_j (W_i . W_j / ||W_i||)^2, and 0 for W_i = 0."""
    return _where_there(directions, directions.square().sum(-1) / _projections(directions).sum(-1))


def interference(directions: Directions) -> PerFeature:
    """sum over j != i of (W_i . W_j / ||W_i||)^2, and 0 for W_i = 0."""
    others = _projections(directions).sum(-1) - directions.square().sum(-1)
    return _where_there(directions, others.clamp(min=0))


def _projections(directions: Directions) -> Float[Tensor, "seed feature other"]:
    """(W_i . W_j / ||W_i||)^2."""
    products: Tensor = directions @ directions.mT
    return products.square().div(directions.square().sum(-1, keepdim=True))


def _where_there(directions: Directions, values: PerFeature) -> PerFeature:
    return torch.where(directions.square().sum(-1) > 0, values, torch.zeros_like(values))


def _directions(snapshot: Snapshot) -> Directions:
    return snapshot.weights["W"].double()


def _represented(directions: Directions) -> Bool[Tensor, "seed feature"]:
    return directions.square().sum(-1) > REPRESENTED_NORM**2


def _each(values: PerFeature) -> dict[str, Float[Tensor, "seed"]]:
    return {f"feature {i}": values[:, i] for i in range(values.shape[1])}
