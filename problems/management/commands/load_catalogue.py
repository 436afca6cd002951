from typing import Any

from django.core.management.base import BaseCommand

from problems.services.load_catalogue import describe, load_catalogue


class Command(BaseCommand):
    help = "Load the shipped catalogue. May be repeated: what people changed on the site since is kept."

    def handle(self, *args: Any, **options: Any) -> None:
        for line in describe(load_catalogue()):
            self.stdout.write(line)
