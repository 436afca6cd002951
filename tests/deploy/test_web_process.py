"""What a web server does before its first visitor comes."""

import json
import os
import subprocess
import sys

from tests.architecture.source import ROOT

STARTED = """
import gc, json, sys
from deploy.wsgi import application
left = len(gc.get_objects())
print(json.dumps({"left": left, "kept": gc.get_freeze_count(), "views": "problems.views.problem" in sys.modules}))
"""


def test_what_the_web_server_loads_at_its_start_is_left_out_of_the_collection_of_garbage() -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "deploy.settings", "CIRCUITBOARD_DEBUG": "yes"}
    command = [sys.executable, "-c", STARTED]
    asked = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads(asked.stdout)
    assert found["views"], "the first visitor waits until they are loaded"
    assert found["kept"] > 50 * found["left"]
