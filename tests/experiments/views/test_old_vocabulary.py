"""A recipe that today's vocabulary no longer reads: what came out of it can still be looked at."""

import pytest

from experiments.models import Run, SubmittedRecipe

pytestmark = pytest.mark.django_db

LEADS_ELSEWHERE = [
    "/runs/{run}/",
    "/runs/{run}/live/",
    "/runs/{run}/files/",
    "/runs/{run}/curves/",
    "/recipes/{recipe}/",
    "/compare/?runs={run}",
    "/compare/curves/?runs={run}",
]
PAGES = [
    "/",
    "/problems/",
    "/problems/5.3/",
    "/experiments/",
    "/people/alice/",
    "/workers/",
    "/runs/{run}/card/",
    "/runs/{run}/log/",
    "/runs/{run}/log.txt",
    "/runs/{run}/panels/",
    "/recipes/new/?fork={recipe}",
    "/api/runs/{run}/",
    "/api/runs/{run}/measurements/",
    "/api/runs/{run}/artifacts/",
    "/api/runs/{run}/panels/",
    "/api/recipes/{recipe}/",
    "/api/recipes/",
]


@pytest.fixture
def old(run: Run) -> Run:
    kept = run.recipe
    kept.resolved |= {"task": {"name": "telepathy", "senders": 3}, "vocabulary_of": "an earlier day"}
    SubmittedRecipe.objects.filter(pk=kept.pk).update(resolved=kept.resolved, vocabulary="0" * 64)
    return run


@pytest.mark.parametrize("pattern", PAGES)
def test_what_needs_no_more_than_its_text_is_shown(pattern: str, old: Run, client) -> None:
    assert client.get(pattern.format(run=old.pk, recipe=old.recipe_id)).status_code == 200


@pytest.mark.parametrize("pattern", LEADS_ELSEWHERE)
def test_a_page_that_must_read_it_says_so(pattern: str, old: Run, client) -> None:
    answer = client.get(pattern.format(run=old.pk, recipe=old.recipe_id))
    assert answer.status_code == 409
    assert "earlier version of Circuitboard" in answer.content.decode()


def test_the_page_of_its_run_leads_to_what_came_out(old: Run, client) -> None:
    shown = client.get(f"/runs/{old.pk}/").content.decode()
    assert "there is no &#x27;telepathy&#x27;" in shown
    links = [f"/runs/{old.pk}/log.txt", f"/api/runs/{old.pk}/measurements/?format=parquet"]
    links += [f"/api/runs/{old.pk}/artifacts/", f"/recipes/new/?fork={old.recipe_id}"]
    for link in links:
        assert f'href="{link}"' in shown and client.get(link).status_code == 200
