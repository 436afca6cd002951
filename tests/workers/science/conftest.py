"""Shapes of every annotated function of the engine are checked while its tests run."""

from jaxtyping import install_import_hook

with install_import_hook("workers.science", "beartype.beartype"):
    import workers.science.bridge
    import workers.science.transformer  # noqa: F401

import torch

torch.set_num_threads(1)
