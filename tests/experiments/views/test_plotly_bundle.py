"""Plotly's bundle comes from the installed wheel and costs the web process nothing."""

import re
import subprocess
import sys
from pathlib import Path

from django.contrib.staticfiles import finders

from experiments.plotly_bundle import PlotlyBundleFinder


def bundle_text():
    path = finders.find("plotly/plotly.min.js")
    assert path is not None
    return Path(path).read_text(encoding="utf-8")


def test_the_bundle_is_found_as_a_static_file():
    assert "plotly.js v" in bundle_text()[:200]


def test_nothing_else_of_the_wheel_is_served():
    assert finders.find("plotly/widgetbundle.js") is None
    assert [path for path, _ in PlotlyBundleFinder().list(None)] == ["plotly.min.js"]


def test_a_wheel_without_the_bundle_is_told_at_start(monkeypatch, tmp_path):
    monkeypatch.setattr("experiments.plotly_bundle._package_data", lambda: tmp_path)
    assert [error.id for error in PlotlyBundleFinder().check()] == ["experiments.E001"]


def test_finding_the_bundle_does_not_import_plotly():
    code = "import sys, experiments.plotly_bundle as b; b._package_data(); sys.exit('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_styles_of_the_map_library_in_the_bundle_are_left_out():
    """Without the element of that id the bundle adds a style element, which the content security policy refuses."""
    injected = re.findall(r'getElementById\("([0-9a-f]{64})"\)', bundle_text())
    template = Path("templates/experiments/_plot_scripts.html").read_text(encoding="utf-8")
    assert [name for name in injected if f'id="{name}"' not in template] == []
