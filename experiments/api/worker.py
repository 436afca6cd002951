"""The site's end of `experiments/protocol.py`."""

import re
from typing import Any

from django.conf import settings
from django.http import FileResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from structlog.contextvars import bind_contextvars

from experiments import protocol
from experiments.api.authentication import HasWorkerToken, HoldsShard, RunAuthentication, WorkerAuthentication
from experiments.api.base import ApiView, answer, body_of
from experiments.models import Artifact, Lease, Shard, Worker, WorkerToken
from experiments.protocol import (
    LEASE_SECONDS,
    Announcement,
    Claim,
    ClaimedArtifact,
    ClaimRequest,
    EventBatch,
    Finished,
    Heartbeat,
    Outcome,
    Welcome,
)
from experiments.recipe import at_point
from experiments.services.blobs import open_blob, store_blob
from experiments.services.events import store_batch
from experiments.services.finishing import finish_shard
from experiments.services.leases import Granted, claim_shard, extend_lease, recipe_data, stale_epoch
from experiments.services.refusals import NotFound, Refused, Unprocessable
from experiments.services.starts import name_on_worker, start_files
from experiments.services.workers import announce_worker, check_not_replaced


class WorkerView(ApiView):
    authentication_classes = [WorkerAuthentication]
    permission_classes = [HasWorkerToken]
    schema = None

    @property
    def token(self) -> WorkerToken:
        assert isinstance(self.request.auth, WorkerToken)
        return self.request.auth


class AnnounceView(WorkerView):
    def post(self, request: Request) -> Response:
        worker = announce_worker(token=self.token, announcement=body_of(request, Announcement))
        return answer(Welcome(worker=worker.pk, drain=worker.drain_requested_at is not None))


class ClaimView(WorkerView):
    def post(self, request: Request, shard_id: int) -> Response:
        wanted = body_of(request, ClaimRequest)
        worker = Worker.objects.filter(token=self.token, pk=wanted.worker).first()
        if worker is None:
            raise NotFound("unknown_worker", f"this token has announced no worker {wanted.worker}")
        bind_contextvars(worker=worker.name, shard=shard_id)
        check_not_replaced(worker, wanted.instance)
        return answer(_claim(claim_shard(shard_id=shard_id, worker=worker, key=wanted.key), worker))


def _claim(granted: Granted, worker: Worker) -> Claim:
    shard = granted.lease.shard
    return Claim(
        shard=shard.pk,
        run=shard.run_id,
        point=shard.point,
        epoch=granted.lease.epoch,
        run_token=granted.secret,
        lease_seconds=LEASE_SECONDS,
        recipe=recipe_data(granted, worker),
        seeds=shard.seeds,
        resume_step=granted.lease.resume_step,
        artifacts=[_stored(a) for a in shard.artifacts.select_related("blob")] if shard.epoch > 1 else [],
        start_artifacts=_start_artifacts(granted),
        time_limit_seconds=settings.RUN_TIME_LIMIT_SECONDS,
        memory_bytes=shard.memory_bytes,
    )


def _start_artifacts(granted: Granted) -> list[ClaimedArtifact]:
    start = granted.recipe.start
    files = start_files(start, granted.lease.shard.seeds)
    return [_stored(file).model_copy(update={"name": name_on_worker(start, file)}) for file in files]


class ShardCall(APIView):
    authentication_classes = [RunAuthentication]
    permission_classes = [HoldsShard]
    schema = None

    @property
    def lease(self) -> Lease:
        assert isinstance(self.request.auth, Lease)
        return self.request.auth


class ShardView(ApiView, ShardCall):
    pass


class HeartbeatView(ShardView):
    def post(self, request: Request, shard_id: int) -> Response:
        beat = body_of(request, Heartbeat)
        if beat.epoch != self.lease.epoch:
            raise stale_epoch(self.lease)
        cancel = extend_lease(lease=self.lease, step=beat.step)
        return answer(protocol.Lease(lease_seconds=LEASE_SECONDS, cancel=cancel))


class EventsView(ShardView):
    def post(self, request: Request, shard_id: int) -> Response:
        return answer(store_batch(lease=self.lease, batch=body_of(request, EventBatch)))


class FinishView(ShardView):
    def post(self, request: Request, shard_id: int) -> Response:
        state = finish_shard(lease=self.lease, outcome=body_of(request, Outcome))
        return answer(Finished(state=state.value))


class BlobView(ShardCall):
    """Not an ApiView, which reads the body whole: this one is a stream."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The run token dies with its lease, for reading as for writing."""
        super().initial(request, *args, **kwargs)
        if not Shard.objects.held().filter(pk=self.lease.shard_id, epoch=self.lease.epoch).exists():
            raise stale_epoch(self.lease)

    def put(self, request: Request, shard_id: int, sha256: str) -> Response:
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise Unprocessable("wrong_hash", "the name of a blob is its sha256, in 64 hexadecimal digits")
        n_bytes = _content_length(request)
        is_new = store_blob(sha256=sha256, stream=request._request, n_bytes=n_bytes)
        return Response({"sha256": sha256, "n_bytes": n_bytes}, status=201 if is_new else 200)

    def get(self, request: Request, shard_id: int, sha256: str) -> FileResponse:
        if "\x00" in sha256 or not (self._is_own(sha256) or self._is_start(sha256)):
            raise NotFound("unknown_blob", f"this shard has no blob {sha256}")
        return FileResponse(open_blob(sha256), content_type="application/octet-stream")

    def _is_own(self, sha256: str) -> bool:
        return self.lease.shard.artifacts.filter(blob=sha256).exists()

    def _is_start(self, sha256: str) -> bool:
        shard = self.lease.shard
        start = at_point(shard.run.recipe.recipe, shard.overrides).start
        return any(file.blob_id == sha256 for file in start_files(start, shard.seeds))


class LengthRequired(Refused):
    http_status = 411


def _content_length(request: Request) -> int:
    length = request.META.get("CONTENT_LENGTH", "")
    if not re.fullmatch(r"\d{1,18}", length):
        raise LengthRequired("length_required", "an upload needs a Content-Length")
    return int(length)


def _stored(artifact: Artifact) -> ClaimedArtifact:
    return ClaimedArtifact(
        name=artifact.name,
        kind=Artifact.Kind(artifact.kind).value,
        sha256=artifact.blob_id,
        n_bytes=artifact.blob.n_bytes,
        seed=artifact.seed,
        step=artifact.step,
    )
