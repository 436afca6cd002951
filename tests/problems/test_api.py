import pytest

from problems.models import Claim

pytestmark = pytest.mark.django_db

CLAIMS = "/api/problems/5.3/claims/"


def post(client, data, url=CLAIMS):
    return client.post(url, data, content_type="application/json")


def test_the_list_takes_the_filters_of_the_page(client, catalogue):
    data = client.get("/api/problems/?category=5&difficulty=C&limit=3").json()
    page = client.get("/problems/?category=5&difficulty=C").content.decode()
    assert f"{data['count']} of 339" in page
    assert len(data["results"]) == 3 and data["next"]


def test_a_filter_that_means_nothing_is_a_400_with_the_field(client, catalogue):
    response = client.get("/api/problems/?difficulty=E")
    assert response.status_code == 400
    assert "“E” is not one of A, B, C, D, ?, known." in response.json()["fields"]["difficulty"]


def test_one_problem_by_number(client, catalogue):
    problem = client.get("/api/problems/2.20/").json()
    assert (problem["number"], problem["see_also"], problem["difficulty"]) == ("2.20", ["2.19"], "B")
    assert problem["claims"][0]["who"] == "Manan Suri"


def test_a_number_that_does_not_exist_is_a_404_in_words(client, problem):
    response = client.get("/api/problems/5.99/")
    assert response.status_code == 404 and "5.99" in response.json()["detail"]


def test_claiming_is_201_and_claiming_again_is_200(as_alice, problem):
    first = post(as_alice, {"plan": "Look"})
    again = post(as_alice, {"plan": "Look closer", "expected_on": "2100-01-01"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["who"] == "alice" and again.json()["expected"] == "2100-01-01"
    assert Claim.objects.get().plan == "Look closer"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "plan"),
        ({"plan": ""}, "plan"),
        ({"plan": "x" * 4001}, "plan"),
        ({"plan": "Look", "expected_on": "2001-01-01"}, "expected_on"),
        ({"plan": "Look", "expected_on": "soon"}, "expected_on"),
    ],
)
def test_a_bad_claim_names_the_field_and_stores_nothing(as_alice, problem, data, field):
    response = post(as_alice, data)
    assert response.status_code == 400 and field in response.json()["fields"]
    assert not Claim.objects.exists()


def test_a_stranger_may_read_and_not_claim(client, problem):
    assert client.get("/api/problems/5.3/").status_code == 200
    assert post(client, {"plan": "Look"}).status_code == 401
    assert not Claim.objects.exists()


def test_claiming_what_does_not_exist_is_a_404(as_alice, problem):
    assert post(as_alice, {"plan": "Look"}, url="/api/problems/5.99/claims/").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_rows(client, catalogue, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        assert len(client.get("/api/problems/?limit=100").json()["results"]) == 100
