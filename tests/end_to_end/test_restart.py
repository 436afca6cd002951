from tests.end_to_end.house import House, Member


def test_a_second_start_keeps_runs_accounts_and_the_password(house: House, member: Member, small_recipe: str) -> None:
    run = member.submit(small_recipe)
    assert member.run_that_ended(run)["state"] == "succeeded"

    assert f"password {house.password}." in house.said
    house.stop()
    house.start()

    assert "password shown at the first start" in house.said
    again = Member(house)
    assert again.run(run)["state"] == "succeeded"
    assert again.run_that_ended(again.submit(small_recipe))["state"] == "succeeded"
    again.close()
