"""What the laptop installation finds in its database: schema, catalogue, starter recipes, an account, a worker's token
and one run to look at. Every step may be repeated; what is there already is left as it is."""

import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db.utils import OperationalError

from deploy.env import BadSetting
from deploy.keys import keep_secret, kept_secret
from deploy.telling import say, timed

ACCOUNT = "demo"
STARTER = "grokking-modular-addition.laptop"


def main() -> int:
    try:
        django.setup()
        prepare(Path(settings.DATA_DIR) / "secrets")
    except (BadSetting, OperationalError, OSError) as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1
    return 0


def prepare(secrets: Path) -> None:
    with timed("Bringing the database up to date"):
        call_command("migrate", verbosity=0)
    with timed("Collecting static files"):
        call_command("collectstatic", interactive=False, verbosity=0)
    with timed("Loading the catalogue and the starter recipes"):
        load_what_ships()
    with timed("Preparing the demo account"):
        password, is_new = make_account(secrets / "demo_password")
        make_worker_token(secrets / "worker_token")
        submit_starter_run()
    say(f"Sign in as {ACCOUNT}, {f'password {password}' if is_new else 'with the password shown at the first start'}.")


def load_what_ships() -> None:
    from experiments.services.recipes import load_presets
    from problems.services.load_catalogue import load_catalogue

    load_catalogue()
    load_presets()


def make_account(password_file: Path) -> tuple[str, bool]:
    """The demo account, a curator so that every page can be tried; its password, and whether it is new."""
    from problems.models import User

    password, is_new = kept_secret(password_file)
    user, is_created = User.objects.get_or_create(username=ACCOUNT, defaults={"is_curator": True})
    if is_created or is_new:
        user.set_password(password)
        user.save(update_fields=["password"])
    return password, is_new


def make_worker_token(token_file: Path) -> None:
    from experiments.services.tokens import create_worker_token, worker_token_of
    from problems.models import User

    if token_file.exists() and worker_token_of(kept_secret(token_file)[0]) is not None:
        return
    owner = User.objects.get(username=ACCOUNT)
    keep_secret(token_file, create_worker_token(owner=owner, label="this machine").secret)


def submit_starter_run() -> None:
    """Once, so that a first visitor sees a run at work."""
    from experiments.models import Run, SubmittedRecipe
    from experiments.services.runs import submit_run
    from problems.models import User

    submitter = User.objects.get(username=ACCOUNT)
    if not Run.objects.filter(submitter=submitter).exists():
        submit_run(recipe=SubmittedRecipe.objects.get(preset=STARTER), submitter=submitter)


if __name__ == "__main__":
    sys.exit(main())
