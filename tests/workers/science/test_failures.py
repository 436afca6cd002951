import errno

import pytest
import torch

from experiments.protocol import FailureKind
from workers.science.failures import NotFinite, failure_of

NOT_FINITE = NotFinite(step=7, seed=1, tensor="the loss")


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (NOT_FINITE, FailureKind.NOT_FINITE, "Training diverged: the loss of seed 1 is not finite at step 7."),
        (torch.OutOfMemoryError("CUDA"), FailureKind.OUT_OF_MEMORY, "The device ran out of memory."),
        (OSError(errno.ENOSPC, "No space left on device"), FailureKind.STORAGE, "The disk has no room"),
        (PermissionError(errno.EACCES, "Permission denied"), FailureKind.STORAGE, "Permission denied"),
        (ValueError("the model has no W_in"), FailureKind.INVALID, "The recipe cannot be carried out: the model has"),
        (KeyError("hook"), FailureKind.INVALID, "an error it does not know: KeyError: 'hook'"),
    ],
)
def test_an_error_becomes_a_kind_and_a_plain_sentence(error, kind, said):
    failure = failure_of(error, "Traceback ...")
    assert failure.failure == kind
    assert said in failure.message
    assert failure.traceback == "Traceback ..."


def test_the_cpu_allocator_giving_up_is_out_of_memory():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.int8)
    assert failure_of(caught.value, "").failure == FailureKind.OUT_OF_MEMORY
