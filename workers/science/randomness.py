"""All randomness: a generator for each (seed, purpose, step), so that nothing depends on what was drawn before it."""

import hashlib

import torch


def generator(seed: int, purpose: str, step: int = 0) -> torch.Generator:
    """A fresh CPU generator that depends on its three arguments alone.

    Resuming at a step needs no replay, and adding a parameter or a measure moves no other draw.
    """
    digest = hashlib.sha256(f"{seed}/{purpose}/{step}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big", signed=True))
