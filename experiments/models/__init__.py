from experiments.models.artifacts import Artifact, Blob
from experiments.models.leases import DispatchPass, Lease, Usage
from experiments.models.measurements import Headline, LastValue, MeasurementChunk
from experiments.models.passes import SitePass
from experiments.models.pauses import Pause
from experiments.models.quotas import Quota
from experiments.models.recipes import SubmittedRecipe
from experiments.models.runs import ENDED, HELD, LIVE, Run, RunEvent, Shard, State
from experiments.models.workers import Worker, WorkerToken

__all__ = [
    "ENDED",
    "HELD",
    "LIVE",
    "Artifact",
    "Blob",
    "DispatchPass",
    "Headline",
    "LastValue",
    "Lease",
    "MeasurementChunk",
    "Pause",
    "Quota",
    "Run",
    "RunEvent",
    "Shard",
    "SitePass",
    "State",
    "SubmittedRecipe",
    "Usage",
    "Worker",
    "WorkerToken",
]
