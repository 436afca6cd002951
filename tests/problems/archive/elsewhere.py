"""`python -m tests.problems.archive.elsewhere FOLDER [ARCHIVE]`: a catalogue in the database of the environment.

It is read from the archive, or else lived in anew. The folder then holds its own archive and what its pages show.
"""

import json
import sys
from pathlib import Path

import django
from django.core.management import call_command


def main(folder: Path, *archive: str) -> None:
    django.setup()
    import time_machine
    from django.test.utils import setup_test_environment

    from problems.services.load_catalogue import load_catalogue
    from tests.problems.archive.pages import public_pages, shown
    from tests.problems.archive.site_in_use import READ_AT, live_in

    setup_test_environment()
    call_command("migrate", verbosity=0)
    if archive:
        call_command("import_catalogue", *archive, verbosity=0)
    else:
        load_catalogue()
        live_in()
    with time_machine.travel(READ_AT, tick=False):
        call_command("export_catalogue", folder / "archive.json")
        (folder / "pages.json").write_text(json.dumps(shown(public_pages())))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
