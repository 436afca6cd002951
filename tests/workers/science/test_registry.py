import pytest

from experiments.recipe.spec import Spec
from experiments.recipe.tasks import ModularAddition
from workers.science import tasks  # noqa: F401 - registers them
from workers.science.registry import implementation_of, implements


class Unheard(Spec):
    pass


def test_a_spec_finds_its_implementation():
    assert implementation_of(ModularAddition()).__name__ == "modular_addition"


def test_a_spec_that_nothing_implements_is_refused_with_the_known_ones():
    with pytest.raises(LookupError, match=r"nothing implements Unheard; known: .*ModularAddition.*PreviousToken"):
        implementation_of(Unheard())


def test_a_second_implementation_is_refused():
    with pytest.raises(ValueError, match="ModularAddition is implemented already, by .*modular_addition"):
        implements(ModularAddition)(lambda spec: None)
