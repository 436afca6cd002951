"""What is in the archive, and what never is."""

import json

import jsonschema
import pytest

from problems.archive.schema import archive_schema
from problems.archive.tables import TABLES
from problems.models import Comment, Problem
from tests.problems.archive.conftest import archived

pytestmark = pytest.mark.django_db


def test_it_is_as_its_schema_says(client, busy):
    schema = client.get("/data/schema.json").json()
    assert schema == json.loads(json.dumps(archive_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(archived(), schema)


def test_the_schema_refuses_what_is_not_in_the_format(busy):
    archive = archived()
    archive["people"][0]["email"] = "alice@example.org"
    with pytest.raises(jsonschema.ValidationError, match="email"):
        jsonschema.validate(archive, archive_schema())


def test_no_address_password_or_token_is_in_it(busy):
    text = json.dumps(archived())
    assert "example.org" not in text and busy.password not in text
    fields = {name for table in TABLES for name in table.fields}
    assert not fields & {"email", "password", "feed_token", "is_trusted", "digest", "last_login"}


def test_what_awaits_approval_is_not_in_it_nor_who_wrote_only_that(busy):
    archive = archived()
    text = json.dumps(archive)
    assert "quagga" in text and "unseen" not in text
    assert [person["username"] for person in archive["people"]] == ["alice"]


def test_numbers_stay_text_and_all_problems_claims_and_revisions_are_there(busy):
    archive = archived()
    assert len(archive["problems"]) == 339 and "1.10" in {row["number"] for row in archive["problems"]}
    assert len(archive["claims"]) == 13 and len(archive["problem_revisions"]) >= 339
    assert [event["kind"] for event in archive["claim_events"]][:2] == ["claimed", "noted"]


def test_of_a_comment_that_was_taken_back_only_its_place_is_handed_on(busy):
    comment = Comment.objects.get(approval="approved")
    Comment.objects.filter(pk=comment.pk).update(removed_at=comment.created_at)
    assert [row["body"] for row in archived()["comments"]] == [""]


def test_an_answer_to_what_awaits_approval_stands_alone(busy):
    pending, approved = Comment.objects.get(approval="pending"), Comment.objects.get(approval="approved")
    Comment.objects.filter(pk=approved.pk).update(answers=pending)
    assert [row["answers_id"] for row in archived()["comments"]] == [None]


def test_a_rejected_problem_takes_all_that_is_on_it_along(busy):
    Problem.objects.filter(number="5.3").update(approval="rejected")
    archive = archived()
    assert len(archive["problems"]) == 338 and archive["comments"] == []
    assert "5.3" not in {row["number"] for row in archive["problem_revisions"] if row["history_type"] == "~"}
