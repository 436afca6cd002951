"""Two small runs measure today what they measured when their values were kept: see `golden` for how to renew them."""

import json

import pytest

from tests.workers.science.golden import FILE, measured, versions
from workers.science.device import settle
from workers.science.provenance import hardware

# Relative, of values that begin at 0.01 or more: vector units of other widths add up in another order, and twenty steps
# of AdamW carry that to 1e-5 between the plainest CPU and AVX512. A step missed or a gradient changed shows at 1e-2.
TOLERANCE = 1e-4
KEPT = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found():
    settle("cpu", threads=1)
    return measured()


def test_every_bit_is_as_it_was_on_this_class_of_cpu(found, device):
    """On a class, or with versions, that nothing is kept of: as near as other hardware comes."""
    kept = KEPT["measured"].get(hardware(device))
    if kept is None or KEPT["versions"] != versions():
        assert_near(found, next(iter(KEPT["measured"].values())))
    else:
        assert found == kept, "moved on purpose? renew with: python -m tests.workers.science.golden"


@pytest.mark.parametrize("kept", KEPT["measured"].values(), ids=KEPT["measured"])
def test_other_classes_of_cpu_differ_by_rounding_alone(found, kept):
    assert_near(found, kept)


def test_both_common_classes_are_kept():
    assert {"AVX2", "AVX512"} <= set(KEPT["measured"])


def assert_near(found, kept):
    for run, values in kept.items():
        assert found[run].keys() == values.keys()
        for name, numbers in values.items():
            ours, theirs = ([float.fromhex(n) for n in text.split()] for text in (found[run][name], numbers))
            assert ours == pytest.approx(theirs, rel=TOLERANCE, abs=TOLERANCE / 100), f"{run}: {name}"
