"""The worker's view of the site as a real HTTP server that keeps what it is told in memory."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class SmallSite(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls: list[tuple[str, str, str]] = []  # method, path, authorization
        self.batches: list[dict[str, Any]] = []
        self.claims: list[dict[str, Any]] = []
        self.outcomes: list[dict[str, Any]] = []
        self.announcements: list[dict[str, Any]] = []
        self.heartbeats: list[dict[str, Any]] = []
        self.on_heartbeat: Callable[[], object] = lambda: None
        self.blobs: dict[str, bytes] = {}
        self.claim: dict[str, Any] | None = None
        self.outages = 0  # so many calls get 503
        self.lost_replies = 0  # so many batches and claims are taken in, but the reply says 503
        self.is_stale = False
        self.cancel = False
        self.says_more: dict[str, Any] = {}  # fields that a newer site adds to each reply
        self.refusals: dict[str, tuple[int, str]] = {}  # last part of the path -> status and code
        self.n_refusals = 10_000  # so many times

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for batch in self.batches for event in batch["events"]]

    @property
    def logged(self) -> list[str]:
        return [event["text"] for event in self.events if event["kind"] == "log"]

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self.serve_forever, args=(0.02,))
        thread.start()
        return thread


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body of an answer are written one after the other
    server: SmallSite

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        site, body = self.server, json.loads(self._body())
        word = self._word()
        if self._refused(word):
            return
        if word == "announce":
            site.announcements.append(body)
            self._reply(200, {"worker": 7})
        elif word == "claim":
            assert body["worker"] == 7
            site.claims.append(body)
            self._answer_claim()
        elif word == "heartbeat":
            site.heartbeats.append(body)
            site.on_heartbeat()
            self._reply(200, {"lease_seconds": 45, "cancel": site.cancel})
        elif word == "events":
            self._store_batch(body)
        elif word == "finish":
            self._keep(body.pop("last_batch"))
            site.outcomes.append(body)
            self._reply(200, {"state": "queued" if body["result"] == "cancelled" else body["result"]})

    def do_PUT(self) -> None:
        body, sha256 = self._body(), self._word()
        if self._refused("blobs"):
            return
        if hashlib.sha256(body).hexdigest() != sha256:
            return self._refuse(422, "wrong_hash")
        self.server.blobs[sha256] = body
        self._reply(201, {})

    def do_GET(self) -> None:
        if self._refused("blobs"):
            return
        body = self.server.blobs.get(self._word())
        self._refuse(404, "not_found") if body is None else self._send(200, body)

    def _answer_claim(self) -> None:
        site = self.server
        if site.lost_replies:
            site.lost_replies -= 1
            return self._refuse(503, "away")
        self._reply(200, site.claim) if site.claim else self._refuse(409, "not_claimable")

    def _store_batch(self, body: dict[str, Any]) -> None:
        site = self.server
        is_new = self._keep(body)
        if site.lost_replies:
            site.lost_replies -= 1
            return self._refuse(503, "away")
        self._reply(200, {"seq": body["seq"], "stored": is_new, "cancel": site.cancel})

    def _keep(self, batch: dict[str, Any] | None) -> bool:
        """A batch that is new, with the files in it."""
        if batch is None or batch["seq"] != len(self.server.batches):
            return False
        self.server.batches.append(batch)
        for event in batch["events"]:
            if event.get("content") is not None:
                self.server.blobs[event["artifact"]["sha256"]] = base64.b64decode(event["content"])
        return True

    def _refused(self, word: str) -> bool:
        site = self.server
        site.calls.append((self.command, self.path, self.headers.get("Authorization", "")))
        if site.outages:
            site.outages -= 1
            self._refuse(503, "away")
        elif site.is_stale:
            self._refuse(409, "stale_epoch")
        elif word in site.refusals and site.n_refusals:
            site.n_refusals -= 1
            self._refuse(*site.refusals[word])
        else:
            return False
        return True

    def _word(self) -> str:
        return self.path.strip("/").split("/")[-1]

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _refuse(self, status: int, code: str) -> None:
        self._reply(status, {"code": code, "detail": code.replace("_", " ")})

    def _reply(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body | self.server.says_more).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
