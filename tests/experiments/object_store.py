"""S3-compatible stores for tests: one that works, and one that answers whatever it is told to."""

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

KEYS = {"access_key": "key-of-a-test", "secret_key": "secret-of-a-test"}
BUCKET = "artifacts"


def storages(endpoint: str, bucket: str = BUCKET) -> dict[str, Any]:
    """The setting, as `deploy/storage.py` makes it."""
    options = {"bucket_name": bucket, "endpoint_url": endpoint, "region_name": "us-east-1", "verify": None}
    default = {
        "BACKEND": "experiments.object_storage.ObjectStorage",
        "OPTIONS": options | KEYS | {"addressing_style": "path"},
    }
    return {"default": default, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


@contextlib.contextmanager
def working_store() -> Iterator[str]:
    """The address of a store with an empty bucket."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    try:
        client_of(endpoint).create_bucket(Bucket=BUCKET)
        yield endpoint
    finally:
        server.stop()


def client_of(endpoint: str) -> Any:
    keys = {"aws_access_key_id": KEYS["access_key"], "aws_secret_access_key": KEYS["secret_key"]}
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys)


@contextlib.contextmanager
def troubled_store(status: int, code: str = "", *, pause: float = 0.0) -> Iterator[str]:
    """Every request gets this answer."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            time.sleep(pause)
            body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode() if code else b""
            with contextlib.suppress(OSError):  # who asked has gone
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(b"" if self.command == "HEAD" else body)

        do_GET = do_HEAD = do_PUT = do_DELETE = answer

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
