from pathlib import Path

import pytest

from tests.end_to_end.house import House
from tests.end_to_end.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("house", ["sqlite"], indirect=True)]


def test_a_visitor_goes_from_the_list_of_problems_to_a_checkpoint(
    house: House, visitor: Visitor, small_recipe: str, tmp_path: Path
) -> None:
    visitor.browse_all_problems()
    visitor.narrow_down()
    visitor.open_problem("5.3")
    visitor.sign_in("demo", house.password)
    visitor.claim("Look at the first two components at the phase change.")
    visitor.fork_recipe("Modular addition groks: PCA of the logits over training")
    visitor.write(small_recipe.replace("modulus = 11", "modulus = 2"), told="task.modulus")
    visitor.write(small_recipe.replace("steps = 200", "steps = 6000"), told="Ready to run")
    visitor.run()
    visitor.watch_curves_come_in()
    visitor.see_it_succeed()
    visitor.see_plots()
    visitor.change_to_log_axes()

    assert "embed.W_E" in visitor.download_checkpoint(tmp_path)
    assert visitor.complaints == []
