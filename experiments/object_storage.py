"""Artifacts in an S3-compatible store. What goes wrong there is an OSError, as it is with a folder."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from boto3.exceptions import Boto3Error
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

IN_MEMORY_BYTES = 8 * 1024 * 1024

# The worker that waits for an answer gives up after 30 s: the store has to be known to be away before.
PATIENCE = {"connect_timeout": 3, "read_timeout": 8, "retries": {"mode": "standard", "total_max_attempts": 2}}

HINTS = {
    "NoSuchBucket": "the bucket does not exist; check STORAGE_BUCKET and make it",
    "AccessDenied": "the keys may not do this; check STORAGE_ACCESS_KEY and the bucket's policy",
    "403": "the keys may not do this; check STORAGE_ACCESS_KEY and the bucket's policy",
    "InvalidAccessKeyId": "the access key is not known; check STORAGE_ACCESS_KEY",
    "SignatureDoesNotMatch": "the secret key is wrong; check STORAGE_SECRET_KEY",
    "SlowDown": "the store asks for fewer requests",
}


class ObjectStorage(S3Storage):  # type: ignore[misc] # django-storages has no types
    """The sha256 of the bytes is their name and is checked by whoever stores them, so a name is written only once."""

    def __init__(self, *, addressing_style: str, **options: Any) -> None:
        config = Config(
            s3={"addressing_style": addressing_style},
            signature_version="s3v4",
            # Checksums of the newest kind are not known to every store.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            **PATIENCE,
        )
        super().__init__(file_overwrite=True, default_acl=None, client_config=config, **options)

    def _open(self, name: str, mode: str = "rb") -> File:  # type: ignore[type-arg]
        """Everything is fetched before the first byte is given: an answer to somebody never breaks off halfway."""
        fetched = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - its reader closes it
        try:
            with _told_as_os_error():
                self.bucket.Object(self._normalize_name(name)).download_fileobj(fetched)
        except OSError:
            fetched.close()
            raise
        fetched.seek(0)
        return File(fetched, name=name)

    def _save(self, name: str, content: IO[bytes]) -> str:
        with _told_as_os_error():
            return str(super()._save(name, content))

    def exists(self, name: str) -> bool:
        return self._size(name) is not None

    def size(self, name: str) -> int:
        n_bytes = self._size(name)
        if n_bytes is None:
            raise FileNotFoundError(f"the store has no {name}")
        return n_bytes

    def delete(self, name: str) -> None:
        with _told_as_os_error():
            super().delete(name)

    def make_bucket(self) -> bool:
        """Make the bucket unless it is there. Whether it was made."""
        client = self.connection.meta.client
        with _told_as_os_error():
            try:
                client.head_bucket(Bucket=self.bucket_name)
                return False
            except ClientError as error:
                if _status(error) != 404:
                    raise
            where = {"LocationConstraint": self.region_name}
            far = {} if self.region_name == "us-east-1" else {"CreateBucketConfiguration": where}
            client.create_bucket(Bucket=self.bucket_name, **far)
        return True

    def _size(self, name: str) -> int | None:
        """One question. That a bucket is not there does not mean that a file is not."""
        client = self.connection.meta.client
        with _told_as_os_error():
            try:
                return int(client.head_object(Bucket=self.bucket_name, Key=self._normalize_name(name))["ContentLength"])
            except ClientError as error:
                if _status(error) != 404:
                    raise
            client.head_bucket(Bucket=self.bucket_name)
        return None


@contextmanager
def _told_as_os_error() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise OSError(_refusal(error)) from error
    except (
        ConnectionError,
        HTTPClientError,
    ) as error:  # no connection, no answer in time, a certificate that is not trusted
        raise OSError(f"the store cannot be reached: {error}") from error
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(f"the store cannot be used: {error}") from error


def _refusal(error: ClientError) -> str:
    said = error.response.get("Error", {})
    code, status = str(said.get("Code", "")), _status(error)
    if code == "404" and error.operation_name == "HeadBucket":
        code = "NoSuchBucket"
    hint = HINTS.get(code) or ("it has trouble of its own" if status >= 500 else str(said.get("Message", "")))
    return f"the store answered {status} {code} to {error.operation_name}: {hint}"


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
