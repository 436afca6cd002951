"""Points with many features in the plane. Every method is given the same points, one thread and the same seed.

The libraries are imported where they are used: they are slow to import, and few recipes ask for them.
"""

import warnings
from collections.abc import Callable

import numpy as np

from experiments.recipe.analyses.reduction import Method

Points = np.ndarray  # (point, feature), or (point, 2)
SEED = 0
NEIGHBOURS = 15  # as umap-learn has it
PERPLEXITY = 30.0  # as scikit-learn has it


def reduced(points: Points, method: Method) -> Points:
    """Two coordinates per point, in float64. The same points give the same coordinates on the same machine."""
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a picture of a few hundred points need not be exact
        found: Points = METHODS[method](np.asarray(points, dtype=np.float64))
    return found.astype(np.float64)


def pca(points: Points) -> Points:
    """Projections on the two directions of largest variance."""
    return svd(points - points.mean(0))


def svd(points: Points) -> Points:
    """As `pca`, but the mean stays in."""
    left, values, _ = np.linalg.svd(points, full_matrices=False)
    scores: Points = (left * values)[:, :2]
    signs = np.sign(np.take_along_axis(scores, np.abs(scores).argmax(0)[None], 0))
    return scores * np.where(signs == 0, 1.0, signs)  # the largest coordinate is positive


def nmf(points: Points) -> Points:
    """Two non-negative parts of [max(x, 0), max(-x, 0)]: what is not negative needs no second half."""
    from sklearn.decomposition import NMF

    parts = [points] if points.min() >= 0 else [points.clip(min=0), (-points).clip(min=0)]
    found: Points = NMF(2, init="nndsvda", random_state=SEED, max_iter=500).fit_transform(np.concatenate(parts, axis=1))
    return found


def ica(points: Points) -> Points:
    """The two directions of the plane of `pca` whose coordinates are least alike a Gaussian."""
    from sklearn.decomposition import FastICA

    found: Points = FastICA(2, whiten="unit-variance", random_state=SEED, max_iter=500).fit_transform(points)
    return found


def t_sne(points: Points) -> Points:
    from sklearn.manifold import TSNE

    perplexity = min(PERPLEXITY, (len(points) - 1) / 3)
    found: Points = TSNE(2, perplexity=perplexity, init="pca", random_state=SEED, n_jobs=1).fit_transform(points)
    return found


def umap(points: Points) -> Points:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # that there is no network to learn the map with: none is asked
        from umap import UMAP

    neighbours = min(NEIGHBOURS, len(points) - 1)
    found: Points = UMAP(neighbours, n_components=2, init="pca", random_state=SEED, n_jobs=1).fit_transform(points)
    return found


METHODS: dict[Method, Callable[[Points], Points]] = {
    "pca": pca,
    "svd": svd,
    "nmf": nmf,
    "ica": ica,
    "t-sne": t_sne,
    "umap": umap,
}
