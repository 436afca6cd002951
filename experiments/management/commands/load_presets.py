from typing import Any

from django.core.management.base import BaseCommand

from experiments.services.recipes import load_presets


class Command(BaseCommand):
    help = "Load the shipped recipes. Running it again adds only what changed."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_presets()
        for recipe in added:
            self.stdout.write(f"{recipe.preset}: {recipe.title}")
        self.stdout.write(f"{len(added)} recipes added.")
