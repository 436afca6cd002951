import pytest

from workers.science.pace import Pace


def test_time_left_follows_from_the_pace():
    pace = Pace()
    for step in range(0, 50, 10):
        pace.see(step, now=step * 0.5)
    assert pace.seconds_left(100) == pytest.approx(30.0)


def test_time_left_is_unknown_until_a_step_is_made():
    pace = Pace()
    pace.see(0, now=1.0)
    pace.see(0, now=2.0)
    assert pace.seconds_left(100) is None
