"""Settings of the whole process that make runs repeat bit for bit, and fast. Entry points call `settle` once, first."""

import ctypes
import os
import platform
from typing import Literal

import torch

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # from malloc.h

DeviceName = Literal["cpu", "cuda"]


def settle(device: DeviceName, *, threads: int | None = None) -> torch.device:
    """Deterministic algorithms, a pinned number of threads, no reduced precision; the device, ready for use."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # what deterministic algorithms ask of cuBLAS
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined] # we never read what we did not write
    torch.backends.cudnn.allow_tf32 = False
    torch.set_num_threads(threads or torch.get_num_threads())
    _keep_freed_memory()
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("device 'cuda' is asked for, but torch sees no GPU; allowed here: cpu")
    settled = torch.device(device)
    set_matmul_precision(settled, tf32=False)
    return settled


def set_matmul_precision(device: torch.device, *, tf32: bool) -> None:
    """Whether a GPU may round the factors of float32 products to the 10 bits of TF32; a CPU never does."""
    torch.backends.cuda.matmul.allow_tf32 = tf32 and device.type == "cuda"


def _keep_freed_memory() -> None:
    """Ask glibc to keep large blocks for the next step: giving them back and faulting them in again costs more than
    half of a training step on the CPU."""
    if platform.libc_ver()[0] != "glibc":
        return
    libc = ctypes.CDLL(None)
    libc.mallopt(M_MMAP_MAX, 0)
    libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
