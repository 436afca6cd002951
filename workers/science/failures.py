"""Ways a run can fail, and what each is called on the way to the site."""

import errno

import torch

from experiments.protocol import Failure, FailureKind
from experiments.recipe.errors import InvalidRecipe

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class NotFinite(ArithmeticError):
    """A loss or a weight became infinite or not a number."""

    def __init__(self, *, step: int, seed: int, tensor: str) -> None:
        super().__init__(f"{tensor} of seed {seed} is not finite at step {step}")
        self.step, self.seed, self.tensor = step, seed, tensor


def failure_of(error: Exception, traceback: str) -> Failure:
    """The kind of failure, one plain sentence, and what the author can do."""
    kind, message, hint = _reading_of(error)
    return Failure(failure=kind, message=message[:1000], hint=hint, traceback=traceback[-50_000:])


def _reading_of(error: Exception) -> tuple[FailureKind, str, str]:
    if isinstance(error, NotFinite):
        return FailureKind.NOT_FINITE, f"Training diverged: {error}.", "Lower the learning rate, or warm it up longer."
    if _is_out_of_memory(error):
        hint = "Take a smaller batch or model, or fewer seeds in a stack."
        return FailureKind.OUT_OF_MEMORY, "The device ran out of memory.", hint
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return FailureKind.STORAGE, f"The disk has no room: {error.strerror}.", "Keep fewer checkpoints."
    if isinstance(error, OSError):
        return FailureKind.STORAGE, f"A file could not be read or written: {error}", ""
    if isinstance(error, InvalidRecipe | ValueError):
        return FailureKind.INVALID, f"The recipe cannot be carried out: {error}", ""
    message = f"The engine met an error it does not know: {type(error).__name__}: {error}"
    return FailureKind.INVALID, message, "Please report it with the traceback."


def _is_out_of_memory(error: Exception) -> bool:
    """Torch has no type of its own for the CPU's allocator giving up."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)
    )
