import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from experiments.services.tokens import create_worker_token
from problems.models import User


class Command(BaseCommand):
    help = "Make a token for compute workers and print it. It cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--owner", required=True, metavar="HANDLE", help="the person whose workers these are")
        parser.add_argument("--class", dest="hardware_class", choices=["any", "cpu", "gpu"], default="any")
        parser.add_argument("--label", default="", help="to tell it from others")
        parser.add_argument("--expires-days", type=int, metavar="DAYS", help="never, when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(username=options["owner"]).first()
        if owner is None:
            raise CommandError(f"There is nobody with the handle {options['owner']}.")
        days = options["expires_days"]
        if days is not None and days < 1:
            raise CommandError("--expires-days must be at least 1.")
        made = create_worker_token(
            owner=owner,
            hardware_class=options["hardware_class"],
            label=options["label"][:100],
            expires_in=datetime.timedelta(days=days) if days else None,
        )
        self.stdout.write(made.secret)
