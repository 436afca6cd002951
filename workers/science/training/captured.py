"""A step of training as a CUDA graph: the GPU is told once what a step is, and then only to do it again."""

import torch
from torch import Tensor

from workers.science.dataset import Examples
from workers.science.training.batches import Batch
from workers.science.training.step import StepFunction

WARM_UP_STEPS = 3  # torch's notes on CUDA graphs: workspaces and the optimiser's state must be there before capturing


class CapturedStep:
    """Does what the step does, by replaying it on batches that are copied to where the captured one was.

    The first few steps with batches of one shape are carried out as they are, on the stream that captures: they count
    as any other. At a task switch, the shapes change and capturing begins anew.
    """

    def __init__(self, step: StepFunction, device: torch.device) -> None:
        self._step = step
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._graph: torch.cuda.CUDAGraph | None = None
        self._layout: object = None
        self._n_warm = 0

    def __call__(self, batch: Batch, update: int) -> Tensor:
        if _layout(batch) != self._layout:
            self._graph, self._layout, self._n_warm = None, _layout(batch), 0
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            losses = self._carry_out(batch, update)
        torch.cuda.current_stream().wait_stream(self._stream)
        return losses

    def _carry_out(self, batch: Batch, update: int) -> Tensor:
        if self._n_warm < WARM_UP_STEPS:
            self._n_warm += 1
            return self._step(batch, update)
        if self._graph is None:
            self._graph = self._captured(batch, update)
        self._show(batch.examples)
        self._graph.replay()
        return self._losses

    def _captured(self, batch: Batch, update: int) -> torch.cuda.CUDAGraph:
        """Recording a step does not carry it out."""
        self._shown = batch.examples
        self._place = Examples(batch.examples.inputs.clone(), batch.examples.labels.clone())
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=self._stream):
            self._losses = self._step(Batch(self._place, batch.pieces), update)
        return graph

    def _show(self, examples: Examples) -> None:
        """A full batch is the same at every step and is there already."""
        if examples is not self._shown:
            self._place.inputs.copy_(examples.inputs, non_blocking=True)
            self._place.labels.copy_(examples.labels, non_blocking=True)
            self._shown = examples


def _layout(batch: Batch) -> object:
    return batch.pieces, batch.examples.inputs.shape, batch.examples.labels.shape
