from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from problems.archive.steady import steady_view
from problems.archive.writing import archive_pieces


class Command(BaseCommand):
    help = "Write everything the catalogue says into a file, as /data/ offers it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        unfinished = file.with_name(f"{file.name}.unfinished")
        with unfinished.open("w", encoding="utf-8") as out, steady_view():
            out.writelines(archive_pieces(made_at=timezone.now()))
        unfinished.replace(file)
        self.stdout.write(f"{file}: {file.stat().st_size} bytes")
