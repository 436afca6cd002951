from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Max
from django.utils import timezone

from experiments.models import WorkerToken
from experiments.services.revoking import revoke_worker_token


class Command(BaseCommand):
    help = "Revoke a worker token by its number; without one, list the tokens there are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", nargs="?", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["number"] is None:
            self._list()
            return
        token = WorkerToken.objects.filter(pk=options["number"]).first()
        if token is None:
            raise CommandError(f"There is no worker token {options['number']}; without a number all are listed.")
        n_shards = revoke_worker_token(token)
        self.stdout.write(f"{token} is revoked; {n_shards} shards that its workers held go on elsewhere.")

    def _list(self) -> None:
        now = timezone.now()
        for token in (
            WorkerToken.objects.select_related("owner").annotate(seen=Max("workers__last_seen")).order_by("pk")
        ):
            state = "valid" if token.is_valid_at(now) else f"ended {token.expires_at:%Y-%m-%d %H:%M}"
            seen = f"last used {token.seen:%Y-%m-%d %H:%M}" if token.seen else "never used"
            self.stdout.write(f"{token.pk}: {token}, class {token.hardware_class}, {state}, {seen}")
