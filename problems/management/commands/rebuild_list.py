from typing import Any

from django.core.management.base import BaseCommand

from problems.services.listed import rebuild


class Command(BaseCommand):
    help = "Work out the list of problems and the search index anew from what is stored. Never needed, never harmful."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild()} problems are on the list.")
