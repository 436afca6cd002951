from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from experiments.selectors.reasons import gib
from experiments.services.tidying import DAILY, PARTS, tidy


class Command(BaseCommand):
    help = "Drop what is kept only for a time, as the site does every hour: resume states, checkpoints, unnamed bytes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")
        parser.add_argument("--stray-files", action="store_true", help="also look through every file in the storage")

    def handle(self, *args: Any, **options: Any) -> None:
        parts = PARTS | (DAILY if options["stray_files"] else {})
        verb = "would go" if options["dry_run"] else "gone"
        for name, dropped in tidy(parts, dry_run=options["dry_run"]).items():
            self.stdout.write(f"{name}: {dropped.n} {verb}, {gib(dropped.n_bytes)}")
