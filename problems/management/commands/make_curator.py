from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from problems.models import Standing, User
from problems.services.moderation import change_standing


class Command(BaseCommand):
    help = "Make somebody a curator: the first one. Curators make others on the site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("handle")

    def handle(self, *args: Any, handle: str, **options: Any) -> None:
        person = User.objects.filter(username=handle.removeprefix("@"), is_active=True).first()
        if person is None:
            raise CommandError(f"There is no account {handle}. They sign up on the site first.")
        changed = change_standing(person, standing=Standing.CURATOR, curator=person, reason="Named by the operator.")
        self.stdout.write(f"{person} is a curator{'' if changed else ' already'}.")
