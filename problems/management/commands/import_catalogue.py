import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from problems.archive.reading import BadArchive, read_archive


class Command(BaseCommand):
    help = "Read a file of the catalogue's data (see /data/) into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            counts = read_archive(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError, BadArchive) as error:
            raise CommandError(f"{file}: {error}") from error
        for name, n in counts.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {n}")
