"""Where artifacts are kept: in a folder, or in an S3-compatible store once a bucket is named."""

from pathlib import Path
from typing import Any

from deploy.env import env_secret, env_text


def artifact_storage(folder: Path) -> dict[str, Any]:
    bucket = env_text("STORAGE_BUCKET", "")
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    endpoint = env_text("STORAGE_ENDPOINT", "")
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,  # none: that of AWS for the region
        "region_name": env_text("STORAGE_REGION", "us-east-1"),
        "addressing_style": "path" if endpoint else "virtual",  # few stores of one's own have a name for each bucket
        "access_key": env_secret("STORAGE_ACCESS_KEY", "") or None,  # none: what the machine itself is allowed
        "secret_key": env_secret("STORAGE_SECRET_KEY", "") or None,
        "verify": env_text("STORAGE_CA_FILE", "") or None,
    }
    return {"BACKEND": "experiments.object_storage.ObjectStorage", "OPTIONS": options}
