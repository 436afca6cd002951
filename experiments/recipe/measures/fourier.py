"""How a network adds or subtracts modulo p: the progress measures of Nanda et al. 2023, arXiv 2301.05217.

w_k = 2 pi k / p with k from 1 to floor(p/2); l(a, b) are the logits of a pair and s = a + b, or a - b for subtraction.
K are the key frequencies. Each look says how it knows K: those declared, or those that are key at the very step it is
taken. The ones a run ends with are known only when it is over; the analysis `key-frequencies` uses those.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Look, Measure, PartOfTask
from experiments.recipe.models import Mlp, Model, Transformer
from experiments.recipe.shares import additive_part
from experiments.recipe.spec import Many

KeyThreshold = Annotated[
    float,
    Field(ge=0.0, lt=1.0, description="a frequency is key when it holds more than this share of the embedding's power"),
]
NeuronThreshold = Annotated[
    float, Field(gt=0.0, lt=1.0, description="share of a neuron's variance that one frequency must explain")
]
Declared = Annotated[
    Many[Annotated[int, Field(ge=1, le=128)]],
    Field(max_length=128, description="K, known beforehand; when left out, what is key at the step it is taken"),
]
KEY_THRESHOLD = 0.05
NEURON_THRESHOLD = 0.85  # Nanda et al. 2023, section 4.3


def has_neurons(model: Model) -> bool:
    return isinstance(model, Mlp) or (isinstance(model, Transformer) and model.d_mlp > 0)


class OfAdditive(Look):
    """Looks at modular addition or subtraction on all p^2 pairs."""

    needs: ClassVar[str] = "modular addition or subtraction, and of a task with parts the name of one that is"

    part: PartOfTask = ""

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return additive_part(task, self.part) is not None


class OfKeyFrequencies(OfAdditive):
    needs: ClassVar[str] = (
        "modular addition or subtraction, of a task with parts the name of one that is, and frequencies up to p/2"
    )

    frequencies: Declared = ()
    threshold: KeyThreshold = KEY_THRESHOLD

    def fits(self, task: TaskSpec, model: Model) -> bool:
        part = additive_part(task, self.part)
        return part is not None and max(self.frequencies, default=1) <= part.modulus // 2


class RestrictedLoss(OfKeyFrequencies, Measure):
    """Cross-entropy of what the logits hold of the key frequencies alone: sum over k in K of their projections on
    cos(w_k s) and sin(w_k s), and their mean over all pairs. Of all pairs; "train" and "test" of those alone."""

    unit: ClassVar[str] = "nats per token"
    name: Literal["restricted-loss"] = "restricted-loss"


class ExcludedLoss(OfKeyFrequencies, Measure):
    """Cross-entropy, of training pairs, of the logits without the key frequencies: less the projections on cos(w_k s)
    and sin(w_k s) for k in K. "cosines": less cos(w_k (s - c)) alone, c the output. Of declared frequencies also
    "frequency 3", ...: less that one. Nothing is put back for the mean.
    """

    unit: ClassVar[str] = "nats per token"
    name: Literal["excluded-loss"] = "excluded-loss"


class LogitFve(OfKeyFrequencies, Measure):
    """Fraction of the variance of the logits that the key frequencies explain, in [0, 1]: 1 - ||l - l_K||^2 /
    ||l - mean||^2, where l_K are the logits of the restricted loss and the mean of each output is over all pairs."""

    unit: ClassVar[str] = "fraction"
    name: Literal["logit-fve"] = "logit-fve"


class CosCoefficients(OfAdditive, Measure):
    """<l, C_k> with C_k = cos(w_k (s - c)) of norm 1 over all pairs and outputs c, as "frequency 1", ...; and the
    largest. A network that computes cos(w_k (s - c)) and no more has ||l|| there, and 0 elsewhere."""

    unit: ClassVar[str] = "norm of the logits"
    name: Literal["cos-coefficients"] = "cos-coefficients"


class TrigSimilarity(OfAdditive, Measure):
    """<l, C_k> / ||l||, C_k as in `cos-coefficients`, in [-1, 1], as "frequency 1", ...; as a whole the norm of all
    of them together, in [0, 1]: 1 for logits that are nothing but such cosines."""

    unit: ClassVar[str] = "cosine"
    name: Literal["trig-similarity"] = "trig-similarity"


class FourierPower(OfAdditive, Measure):
    """Share of the power at each frequency, as "embedding", for the largest, and "embedding frequency 1", ....

    embedding: squares of the components cos(w_k a) and sin(w_k a) of W_E, or of the rows of W_in that read an operand,
    of all but the constant. neurons (of the last layer, at the answer) and logits: of all 2-D components of their
    values on all pairs but the constant, those in {1, cos k, sin k} x {1, cos k, sin k}.
    """

    needs: ClassVar[str] = "modular addition or subtraction (of a task with parts, name one); for neurons an MLP layer"
    unit: ClassVar[str] = "fraction"
    name: Literal["fourier-power"] = "fourier-power"
    of: Literal["embedding", "neurons", "logits"] = "embedding"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return super().fits(task, model) and (self.of != "neurons" or has_neurons(model))


class KeyFrequencyCount(OfAdditive, Measure):
    """How many frequencies are key, by two definitions. "by power": those with more than `threshold` of the power of
    the embedding. "by neurons", where there are any: those that are the best of a neuron of which they explain at least
    `neuron_threshold` (the definition of the paper)."""

    unit: ClassVar[str] = "frequencies"
    name: Literal["key-frequency-count"] = "key-frequency-count"
    threshold: KeyThreshold = KEY_THRESHOLD
    neuron_threshold: NeuronThreshold = NEURON_THRESHOLD


class NeuronFve(OfAdditive, Measure):
    """Share of the neurons of the last layer of whose variance over all pairs one frequency explains `neuron_threshold`
    or more: {1, cos k, sin k} x {1, cos k, sin k} without the constant. "frequency 1", ...: of those, by frequency;
    "mean": what the best frequency of a neuron explains, on average. A neuron that never changes has none."""

    needs: ClassVar[str] = "neurons, and modular addition or subtraction (of a task with parts, name one)"
    unit: ClassVar[str] = "fraction"
    name: Literal["neuron-fve"] = "neuron-fve"
    neuron_threshold: NeuronThreshold = NEURON_THRESHOLD

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return super().fits(task, model) and has_neurons(model)


class FourierGini(OfAdditive, Measure):
    """How unequal the norms of the p Fourier components are, in [0, 1 - 1/p]: 0 when all are alike, 1 - 2/p for one
    circle. "embedding": of W_E, or the rows of W_in that read an operand; "neuron-logit map": of W_L, what each neuron
    of the last layer adds to the logits."""

    unit: ClassVar[str] = "Gini coefficient"
    name: Literal["fourier-gini"] = "fourier-gini"
