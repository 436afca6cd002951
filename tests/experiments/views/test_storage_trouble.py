"""A store that does not answer takes no page away, and no page fails without words."""

import pytest
from django.core.files.storage import default_storage as storage

from experiments.models import Artifact

pytestmark = pytest.mark.django_db


@pytest.fixture
def without_store(ended, monkeypatch):
    assert ended.shards.filter(artifacts__kind=Artifact.Kind.PANEL).exists()

    def away(*args, **kwargs):
        raise OSError("connection refused")

    monkeypatch.setattr(storage, "open", away)
    return ended


def test_the_page_of_a_run_says_that_its_panels_cannot_be_read(client, without_store):
    answer = client.get(f"/runs/{without_store.pk}/")
    assert answer.status_code == 200
    assert "The panels cannot be read now" in answer.content.decode()
    assert "1 of 2 seeds." in answer.content.decode()


def test_another_page_says_why_it_cannot_be_shown(client, without_store):
    answer = client.get(f"/runs/{without_store.pk}/panels/curve/")
    assert answer.status_code == 507
