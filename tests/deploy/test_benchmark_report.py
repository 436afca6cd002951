from pathlib import Path

from tests.benchmarks.report import Report, Row, Section


def row(ours: str) -> Row:
    return Row("a step", ours, "126 ms", ratio="4.5", target="4", remark="Both in float32.")


def test_a_section_holds_its_rows_their_remarks_and_where_they_were_measured(tmp_path: Path) -> None:
    Report(tmp_path / "B.md").add(Section("Training", [row("28 ms")], packages=["pytest"], threads=2))
    written = (tmp_path / "B.md").read_text()
    assert "\n## Training\n" in written
    assert "| a step | 28 ms | 126 ms | 4.5 | 4 |" in written
    assert "**a step.** Both in float32." in written
    assert "2 threads, Python 3" in written


def test_what_is_measured_anew_takes_the_place_of_its_earlier_figures(tmp_path: Path) -> None:
    for ours in ("28 ms", "27 ms"):
        Report(tmp_path / "B.md").add(Section("Training", [row(ours)]))
    written = (tmp_path / "B.md").read_text()
    assert "27 ms" in written and "28 ms" not in written


def test_what_is_not_measured_this_time_keeps_its_figures_and_its_place(tmp_path: Path) -> None:
    first = Report(tmp_path / "B.md")
    first.add(Section("Training", [row("28 ms")]))
    first.add(Section("Pages", [row("9 ms")]))
    before = first.path.read_text()
    Report(tmp_path / "B.md").add(Section("Training", [row("28 ms")]))
    assert first.path.read_text() == before


def test_the_table_shows_what_was_measured_this_time_in_columns(tmp_path: Path) -> None:
    report = Report(tmp_path / "B.md")
    report.add(Section("Training", [row("28 ms")]))
    assert report.table().splitlines() == [
        "what      ours   against  ratio  target",
        "TRAINING",
        "a step    28 ms  126 ms   4.5    4",
    ]
