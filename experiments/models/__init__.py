from experiments.models.artifacts import Artifact, Blob
from experiments.models.measurements import LastValue, MeasurementChunk
from experiments.models.recipes import SubmittedRecipe
from experiments.models.runs import EventBatch, Run, RunEvent, Shard, State
from experiments.models.workers import Worker, WorkerToken

__all__ = [
    "Artifact",
    "Blob",
    "EventBatch",
    "LastValue",
    "MeasurementChunk",
    "Run",
    "RunEvent",
    "Shard",
    "State",
    "SubmittedRecipe",
    "Worker",
    "WorkerToken",
]
