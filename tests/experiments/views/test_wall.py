"""The wall of experiments and the cards of runs are written in Python: a title must not get there as markup."""

import pytest
from django.core.cache import cache
from django.test import Client

from experiments.models import Run, State, SubmittedRecipe

BAD = '<script>"&'
SAFE = "&lt;script&gt;&quot;&amp;"


@pytest.fixture
def titled(run: Run) -> Run:
    SubmittedRecipe.objects.update(title=BAD * 20)
    return run


@pytest.mark.parametrize("url", ["/experiments/", "/runs/{}/card/"])
def test_a_title_is_escaped_and_cut(client: Client, titled: Run, url: str) -> None:
    page = client.get(url.format(titled.pk)).content.decode()
    assert BAD not in page and SAFE in page and "…" in page
    assert "2 seeds" in page and "@alice" in page


def test_a_tile_says_what_was_measured(client: Client, run: Run) -> None:
    cache.clear()  # the curve of another test's run may be remembered under this number
    assert "nothing measured yet" in client.get("/experiments/").content.decode()
    Run.objects.update(state=State.SUCCEEDED)
    page = client.get("/experiments/").content.decode()
    assert "nothing measured</p>" in page and 'data-state="succeeded">succeeded<' in page
