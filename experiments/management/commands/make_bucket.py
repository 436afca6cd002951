"""Make the bucket for artifacts if it is not there yet. Without an object store there is nothing to do."""

from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand

from experiments.object_storage import ObjectStorage


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        if isinstance(default_storage, ObjectStorage):
            made = default_storage.make_bucket()
            self.stdout.write(f"Bucket {default_storage.bucket_name} {'made' if made else 'was there'}.")
