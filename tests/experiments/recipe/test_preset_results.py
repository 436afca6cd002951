"""deploy/RESULTS.md says of every laptop preset what it showed, or that it was not run."""

import re

from deploy.results_file import HEADING, KEPT_IN, NOT_YET_RUN, current_sections, laptop_presets

HOW = "run `python -m deploy.results NAME`, or `--list` to write down what is not yet run"


def test_every_section_is_of_a_shipped_preset_with_its_present_settings():
    titles = [part.partition("\n")[0] for part in KEPT_IN.read_text(encoding="utf-8").split(HEADING)[1:]]
    assert set(titles) - {NOT_YET_RUN} == set(current_sections(laptop_presets())), HOW
    assert len(titles) == len(set(titles))


def test_every_laptop_preset_has_a_section_or_is_listed_as_not_yet_run():
    presets = laptop_presets()
    rest = KEPT_IN.read_text(encoding="utf-8").partition(f"{HEADING}{NOT_YET_RUN}\n")[2]
    listed = set(re.findall(r"^- (\S+)$", rest, flags=re.MULTILINE))
    assert listed == set(presets) - set(current_sections(presets)), HOW
