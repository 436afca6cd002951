"""What a run leaves in a folder when it is started from the command line."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from experiments.protocol import ScoredExpectation
from experiments.recipe import Recipe
from experiments.recipe.panels import Panel
from workers.science.events import Analysed, Checkpointed, Event, Finished, Measured, ResumePoint
from workers.science.measurements import MeasurementRows
from workers.science.storage import Storage, resume_step, write_whole


class StackRecording:
    """One stack of seeds of one grid point: its checkpoints, its measurements so far, and where to go on.

    Until the whole run is done, `resume/` beside the checkpoints keeps `stack-K.parquet` (measurements), the newest
    resume point of the stack at work, and `stack-K.json` (panels and scores) of each stack that is finished.
    """

    def __init__(self, folder: Path, recipe: Recipe, seeds: tuple[int, ...], stack: int) -> None:
        self.storage = Storage(folder, recipe, seeds)
        self._resume = folder / "resume"
        self._metrics = self._resume / f"stack-{stack}.parquet"
        self._outcome = self._resume / f"stack-{stack}.json"
        self._rows = MeasurementRows()
        self._panels: list[Panel] = []

    @property
    def is_finished(self) -> bool:
        return self._outcome.exists()

    def go_on(self) -> ResumePoint | None:
        """The newest resume point with the measurements up to it; None when the stack has to start anew."""
        found = max(self._resume.glob("step-*.safetensors"), default=None)
        if found is None or not self._metrics.exists():
            return None
        point = self.storage.resume_point(resume_step(found))
        measured = pq.read_table(self._metrics)
        self._rows = MeasurementRows(earlier=measured.filter(pc.field("step") <= point.step))
        return point

    def take(self, event: Event) -> None:
        match event:
            case Measured():
                self._rows.add(event)
            case Checkpointed():
                for _ in self.storage.keep_checkpoint(event):
                    pass
            case Analysed():
                self._panels.append(event.panel)
            case Finished():
                self._finish(event)

    def keep_resume_point(self, point: ResumePoint) -> None:
        """Measurements first; older resume points are of no more use."""
        earlier = list(self._resume.glob("step-*.safetensors"))
        self._keep_metrics()
        kept = self.storage.keep_resume_point(point)
        for path in earlier:
            if path != self.storage.folder / kept.name:
                path.unlink()

    def measurements(self) -> pa.Table:
        return pq.read_table(self._metrics) if self._metrics.exists() else MeasurementRows().table()

    def outcome(self) -> tuple[list[ScoredExpectation], list[Panel]]:
        """Scores and panels of a finished stack; nothing of one that is not."""
        if not self.is_finished:
            return [], []
        said = json.loads(self._outcome.read_bytes())
        scores = [ScoredExpectation.model_validate(score) for score in said["expectations"]]
        return scores, [Panel.model_validate(panel) for panel in said["panels"]]

    def _finish(self, event: Finished) -> None:
        self._keep_metrics()
        said: dict[str, Any] = {
            "expectations": [score.model_dump(mode="json") for score in event.expectations],
            "panels": [panel.model_dump(mode="json") for panel in self._panels],
        }
        write_whole(self._outcome, json.dumps(said).encode())
        for path in self._resume.glob("step-*.safetensors"):
            path.unlink()

    def _keep_metrics(self) -> None:
        self._resume.mkdir(parents=True, exist_ok=True)
        sink = pa.BufferOutputStream()
        pq.write_table(self._rows.table(), sink)
        write_whole(self._metrics, sink.getvalue().to_pybytes())
