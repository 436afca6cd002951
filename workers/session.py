"""The worker's side of the protocol: typed calls, typed refusals, and patience while the site is away."""

import hashlib
import random
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel

from experiments.protocol import (
    Announcement,
    Claim,
    ClaimRequest,
    EventBatch,
    Finished,
    Heartbeat,
    Lease,
    Outcome,
    Stored,
    StoredArtifact,
    Welcome,
)

CHUNK_BYTES = 1024 * 1024
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
CLAIM_PATIENCE_SECONDS = 30.0
UNFIT_STATUS = frozenset({429, 500, 502, 503, 504})  # worth another try

Reply = TypeVar("Reply", bound=BaseModel)
MayGoOn = Callable[[], bool]


class Refused(Exception):
    """The site understood the call and said no."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code, self.detail = status, code, detail


class StaleEpoch(Refused):
    """Another attempt holds the shard, or its lease is over: nothing this attempt says counts any more."""


class NotClaimable(Refused):
    """The shard is taken, cancelled or finished: an everyday answer to a duplicate wake-up."""


class Replaced(Refused):
    """Another process has taken over the name of this worker."""


class WrongHash(Refused):
    """The bytes that arrived are not the bytes that were announced."""


class StorageFull(Refused):
    """The site cannot store the bytes."""


class SiteUnreachable(Exception):
    """No answer from the site for as long as it was worth waiting."""


REFUSALS: dict[str, type[Refused]] = {
    "stale_epoch": StaleEpoch,
    "replaced": Replaced,
    **dict.fromkeys(("not_claimable", "paused", "draining", "engine_too_old", "no_room"), NotClaimable),
    "wrong_hash": WrongHash,
}


class Site:
    """One connection pool to the site, shared by all threads of a worker."""

    def __init__(self, url: str, worker_token: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=httpx.Timeout(30.0, connect=5.0))
        self._worker_token = worker_token

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def announce(self, announcement: Announcement) -> Welcome:
        reply = self.call("POST", "/api/worker/announce/", self._worker, json=_plain(announcement))
        return Welcome.model_validate_json(reply.content)

    def claim(self, shard: int, *, worker: int, instance: str) -> Claim:
        """Asked again with the same key while no answer comes: the site may have given it, and repeats it then."""
        until = time.monotonic() + CLAIM_PATIENCE_SECONDS
        request = ClaimRequest(worker=worker, instance=instance, key=uuid.uuid4().hex)
        path, body = f"/api/worker/shards/{shard}/claim/", _plain(request)
        reply = self.call("POST", path, self._worker, may_go_on=lambda: time.monotonic() < until, json=body)
        return Claim.model_validate_json(reply.content)

    @property
    def _worker(self) -> str:
        return f"Worker {self._worker_token}"

    def call(
        self, method: str, path: str, authorization: str, *, may_go_on: MayGoOn = lambda: False, **content: Any
    ) -> httpx.Response:
        """One call, repeated with growing pauses while the site is away and `may_go_on()` says it is worth it."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                reply = self._send(method, path, authorization, **content)
            except httpx.TransportError as error:
                problem = f"{type(error).__name__}: {error}"
            else:
                if reply.status_code not in UNFIT_STATUS:
                    return _accepted(reply)
                problem = f"status {reply.status_code}"
            if not may_go_on():
                raise SiteUnreachable(f"{method} {path}: {problem}")
            time.sleep(pause * random.uniform(0.5, 1.0))  # jittered, so that many workers do not come back as one
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _send(
        self,
        method: str,
        path: str,
        authorization: str,
        *,
        upload: Path | None = None,
        save_to: Path | None = None,
        json: Any = None,
    ) -> httpx.Response:
        headers = {"Authorization": authorization}
        body = None
        if upload is not None:  # a file is read anew by each try
            headers |= {"Content-Length": str(upload.stat().st_size), "Content-Type": "application/octet-stream"}
            body = _chunks(upload)
        request = self._http.build_request(method, path, headers=headers, json=json, content=body)
        reply = self._http.send(request, stream=True)
        try:
            if save_to is not None and reply.is_success:
                with save_to.open("wb") as target:
                    for chunk in reply.iter_bytes(CHUNK_BYTES):
                        target.write(chunk)
            else:
                reply.read()
        finally:
            reply.close()
        return reply


class ShardSession:
    """Every call about one claimed shard. `may_go_on` ends the patience: normally the lease is over."""

    def __init__(self, site: Site, claim: Claim, may_go_on: MayGoOn) -> None:
        self._site, self._epoch, self._may_go_on = site, claim.epoch, may_go_on
        self._path = f"/api/shards/{claim.shard}"
        self._authorization = f"Run {claim.run_token}"

    def heartbeat(self, step: int | None) -> Lease:
        """Tried once: the next beat is the next try."""
        body = _plain(Heartbeat(epoch=self._epoch, step=step))
        reply = self._call("POST", "/heartbeat/", once=True, json=body)
        return Lease.model_validate_json(reply.content)

    def send(self, batch: EventBatch) -> Stored:
        return self._post("/events/", batch, Stored)

    def finish(self, outcome: Outcome) -> Finished:
        return self._post("/finish/", outcome, Finished)

    def upload(self, file: Path, sha256: str) -> None:
        self._call("PUT", f"/blobs/{sha256}/", upload=file)

    def download(self, artifact: StoredArtifact, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        self._call("GET", f"/blobs/{artifact.sha256}/", save_to=target)
        with target.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != artifact.sha256:
            target.unlink()
            raise WrongHash(200, "wrong_hash", f"{artifact.name} arrived as {found}, expected {artifact.sha256}")

    def _post(self, path: str, body: BaseModel, reply: type[Reply]) -> Reply:
        return reply.model_validate_json(self._call("POST", path, json=_plain(body)).content)

    def _call(self, method: str, path: str, *, once: bool = False, **content: Any) -> httpx.Response:
        may_go_on = (lambda: False) if once else self._may_go_on
        try:
            return self._site.call(method, self._path + path, self._authorization, may_go_on=may_go_on, **content)
        except Refused as refusal:
            if refusal.status in (401, 403):  # a run token dies with its lease
                raise StaleEpoch(refusal.status, refusal.code, refusal.detail) from refusal
            raise


def _plain(message: BaseModel) -> Any:
    return message.model_dump(mode="json")


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _accepted(reply: httpx.Response) -> httpx.Response:
    if reply.is_success:
        return reply
    try:
        body = reply.json()
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    code = str(body.get("code", "refused"))
    detail = str(body.get("detail", reply.text[:200]))
    refusal = StorageFull if reply.status_code == 507 else REFUSALS.get(code, Refused)
    raise refusal(reply.status_code, code, detail)
