"""Principal components of a path, from pieces of its features: the path has few points and very many features."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class PrincipalComponents:
    scores: Float[Tensor, "seed point component"]  # coordinates along the components, largest variance first
    explained: Float[Tensor, "seed component"]  # share of the variance, in [0, 1]


def principal_components(pieces: Iterable[Float[Tensor, "seed point _"]], n_components: int) -> PrincipalComponents:
    """PCA of the rows of X = [pieces], centred: X = U S V^T, scores U S, explained S^2 / sum S^2.

    U and S come from the Gram matrix X X^T (point x point), summed over pieces in float64, so X is never held whole.
    The sign of a component is free: its largest coordinate is made positive.
    """
    gram = sum(centred @ centred.mT for centred in map(_centred, pieces))
    assert isinstance(gram, Tensor), "no features to take components of"
    eigenvalues, eigenvectors = torch.linalg.eigh(gram)  # ascending
    n_components = min(n_components, gram.shape[-1])
    variances = eigenvalues.clamp(min=0).flip(-1)  # (seed, point)
    scores = eigenvectors.flip(-1) * variances.sqrt()[:, None]
    scores = scores[..., :n_components]
    largest = scores.gather(1, scores.abs().argmax(1, keepdim=True))  # (seed, 1, component)
    scores = torch.where(largest < 0, -scores, scores)
    total = variances.sum(-1, keepdim=True)
    explained = torch.where(total > 0, variances / total, torch.zeros_like(variances))[..., :n_components]
    return PrincipalComponents(scores, explained)


def _centred(piece: Float[Tensor, "seed point feature"]) -> Float[Tensor, "seed point feature"]:
    piece = piece.double()
    return piece - piece.mean(1, keepdim=True)
