"""Waves modulo p: what embeddings, neurons and logits on all pairs hold of each frequency.

w_k = 2 pi k / p, with k from 1 to floor(p/2). Logits l(a, b) are of pairs in the order of a p + b; s = a + b modulo p,
or a - b for subtraction. Source of the definitions: Nanda et al. 2023, arXiv 2301.05217, sections 4 and 5.1, and their
code. What is summed over all pairs is in float64.
"""

import math
from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

Logits = Float[Tensor, "seed pair d_vocab_out"]
Sums = Int[Tensor, "pair"]
PerFrequency = Float[Tensor, "seed frequency"]  # frequency k stands at place k - 1

NEURONS_AT_ONCE = 64


# --- Of a table with one row per token ---


def frequency_norms(embedding: Float[Tensor, "*batch token d_model"]) -> Float[Tensor, "*batch frequency"]:
    """||F_k W_E|| for k = 0 ... floor(p/2), where the orthonormal rows F_k are the constant 1/sqrt(p) for k = 0, and
    sqrt(2/p) cos(2 pi k a / p), sqrt(2/p) sin(2 pi k a / p) for the others; their squares add up to ||W_E||^2."""
    modulus = embedding.shape[-2]
    spectrum = torch.fft.rfft(embedding.double(), dim=-2).abs().square().sum(-1) / modulus  # (*batch, frequency)
    pairs = torch.full((modulus // 2 + 1,), 2.0, dtype=torch.float64)
    pairs[0] = 1.0
    if modulus % 2 == 0:
        pairs[-1] = 1.0  # cos(pi a) has no sine beside it
    return torch.sqrt(spectrum * pairs.to(spectrum.device))


def fourier_basis(modulus: int) -> Float[Tensor, "component token"]:
    """Orthonormal rows: the constant, cos w_1 a, sin w_1 a, cos w_2 a, ...; the last is a cosine where p is even."""
    a = torch.arange(modulus, dtype=torch.float64)
    rows = [torch.ones(modulus, dtype=torch.float64)]
    for k in range(1, modulus // 2 + 1):
        angle = 2 * math.pi * k * a / modulus
        rows += [angle.cos()] if 2 * k == modulus else [angle.cos(), angle.sin()]
    basis = torch.stack(rows)
    return basis.div(basis.norm(dim=1, keepdim=True))


def component_names(modulus: int) -> list[str]:
    """What the rows of `fourier_basis` are called."""
    waves = [f"{wave} {k}" for k in range(1, modulus // 2 + 1) for wave in ("cos", "sin")]
    return ["1", *waves][:modulus]


def gini(values: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch"]:
    """sum_i (2 i - n - 1) x_(i) / (n sum x), x sorted upwards and i from 1: 0 when all are alike, 1 - 1/n for one."""
    n = values.shape[-1]
    ranks = 2 * torch.arange(1, n + 1, dtype=values.dtype, device=values.device) - n - 1
    return (values.sort(-1).values * ranks).sum(-1) / (n * values.sum(-1))


# --- Of numbers on all pairs ---


def power_of_pairs(
    values: Float[Tensor, "seed a b neuron"],
) -> tuple[Float[Tensor, "seed frequency neuron"], Float[Tensor, "seed neuron"]]:
    """Squares of the 2-D Fourier components of each neuron: the sum over {1, cos k, sin k} x {1, cos k, sin k} without
    the constant for each k, and the sum over all of them but the constant, p^2 times the variance.

    Where p is even, k = p/2 has no sine.
    """
    power, totals = [], []
    own, weights = _own_components(values.shape[1], values.device)
    for squares in squared_components(values):
        constant = squares[:, 0, 0]  # (seed, neuron)
        found = squares[:, own[:, :, None], own[:, None, :]]  # (seed, frequency, wave=3, wave=3, neuron)
        power.append(torch.einsum("nkijm,ki,kj->nkm", found, weights, weights) - constant[:, None])
        totals.append(squares.sum(dim=(1, 2)) - constant)
    return torch.cat(power, dim=-1), torch.cat(totals, dim=-1)


def squared_components(values: Float[Tensor, "seed a b neuron"]) -> Iterator[Float[Tensor, "seed wave_a wave_b piece"]]:
    """The square of the coefficient of each product of a wave in a and one in b, in `fourier_basis`; so many neurons at
    a time as take little memory."""
    basis = fourier_basis(values.shape[1]).to(values.device)
    for piece in torch.split(values, NEURONS_AT_ONCE, dim=-1):
        along_a = torch.einsum("ra,nabm->nrbm", basis, piece.double())
        yield torch.einsum("cb,nrbm->nrcm", basis, along_a).square()


def _own_components(modulus: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """The rows 1, cos k, sin k of the basis for each k, (frequency, wave=3), and 0 for the sine that p/2 lacks."""
    k = torch.arange(1, modulus // 2 + 1, device=device)
    own = torch.stack([torch.zeros_like(k), 2 * k - 1, 2 * k], dim=1)
    weights = (own < modulus).double()
    return own.clamp(max=modulus - 1), weights


# --- Of logits on all pairs, along a + b (or a - b) ---


def frequency_filter(modulus: int, frequencies: Sequence[int]) -> Float[Tensor, "p p"]:
    """F[s, t] = (1/p) sum over k of c_k cos(w_k (s - t)): the projection on cos(w_k s) and sin(w_k s), k among the
    frequencies, or all from 1 to floor(p/2). c_k is 2, but 1 for k = p/2, which has no sine."""
    among = torch.zeros(1, modulus // 2, dtype=torch.bool)
    among[0, [k - 1 for k in frequencies] if frequencies else slice(None)] = True
    return filters(modulus, among)[0]


def filters(modulus: int, among: Bool[Tensor, "seed frequency"]) -> Float[Tensor, "seed p p"]:
    """`frequency_filter` of the frequencies that are among them, for each seed."""
    residues = torch.arange(modulus, dtype=torch.float64, device=among.device)
    differences = residues[:, None] - residues
    filter_ = torch.zeros(len(among), modulus, modulus, dtype=torch.float64, device=among.device)
    for k in range(1, modulus // 2 + 1):
        weight = 1.0 if 2 * k == modulus else 2.0
        wave = weight / modulus * torch.cos(2 * math.pi * k / modulus * differences)
        filter_ += among[:, k - 1, None, None] * wave
    return filter_


def restricted(logits: Logits, sums: Sums, filter_: Float[Tensor, "*seed p p"]) -> Logits:
    """The mean of the logits over all pairs, and what the filter keeps of them."""
    return logits.mean(dim=1, keepdim=True) + along_sums(logits, sums, filter_)


def excluded(logits: Logits, sums: Sums, filter_: Float[Tensor, "*seed p p"]) -> Logits:
    """The logits without what the filter keeps of them."""
    return logits - along_sums(logits, sums, filter_)


def along_sums(logits: Logits, sums: Sums, filter_: Float[Tensor, "*seed p p"]) -> Logits:
    """What the filter keeps of the logits: their mean over the p pairs of each sum, filtered along the sums."""
    return (filter_.to(logits.dtype) @ _by_sum(logits, sums))[:, sums]


def _by_sum(logits: Logits, sums: Sums) -> Float[Tensor, "seed sum d_vocab_out"]:
    """The mean over the p pairs of each sum."""
    modulus = math.isqrt(len(sums))
    order = sums.argsort(stable=True)  # the pairs of sum 0, then those of sum 1, ...
    return logits[:, order].reshape(len(logits), modulus, modulus, -1).mean(dim=2)


def cos_coefficients(logits: Logits, sums: Sums) -> PerFrequency:
    """<l, C_k> for every k, over all pairs and outputs c, with C_k = cos(w_k (s - c)) / norm."""
    modulus = logits.shape[-1]
    residues = torch.arange(modulus, device=logits.device)
    answers = (residues[:, None] - residues) % modulus  # (sum s, distance t): the c with s - c = t
    by_distance = _by_sum(logits.double(), sums).gather(2, answers.expand(len(logits), -1, -1))
    totals = by_distance.sum(1) * modulus  # (seed, s - c): over the p sums, each of p pairs
    found: Tensor = totals @ _cosines(modulus, logits.device).mT
    return found


def along_cosines(coefficients: PerFrequency, sums: Sums, modulus: int) -> Logits:
    """sum over k of coefficient_k C_k."""
    along = coefficients @ _cosines(modulus, coefficients.device)  # (seed, s - c)
    residues = torch.arange(modulus, device=coefficients.device)
    return along[:, (sums[:, None] - residues) % modulus]


def _cosines(modulus: int, device: torch.device) -> Float[Tensor, "frequency distance"]:
    """C_k by s - c, of norm 1 over all p^3 pairs and outputs."""
    k = torch.arange(1, modulus // 2 + 1, dtype=torch.float64, device=device)
    distances = torch.arange(modulus, dtype=torch.float64, device=device)
    cosines = torch.cos(2 * math.pi / modulus * k[:, None] * distances)
    return cosines.div(modulus * cosines.norm(dim=1, keepdim=True))
