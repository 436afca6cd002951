"""A file tells one story, a function does one thing."""

from tests.architecture.source import PACKAGES, ROOT, modules

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 50
MAX_TEST_FILE_LINES = 200
MAX_TEST_LINES = 25


def test_no_source_file_is_longer_than_a_story() -> None:
    assert [m.place for m in modules() if not m.is_generated and m.n_lines >= MAX_FILE_LINES] == []


def test_no_test_file_is_longer_than_a_page() -> None:
    assert [m.place for m in modules("tests") if m.n_lines >= MAX_TEST_FILE_LINES] == []


def test_no_function_is_longer_than_a_screen() -> None:
    assert too_long(*PACKAGES, limit=MAX_FUNCTION_LINES) == []


def test_no_test_is_longer_than_a_thought() -> None:
    assert [place for place in too_long("tests", limit=MAX_TEST_LINES) if " test_" in place] == []


def test_scripts_and_templates_stay_small() -> None:
    files = [file for kind in ("*.js", "*.css", "*.html") for file in (ROOT / "templates").rglob(kind)]
    assert [str(file.relative_to(ROOT)) for file in files if len(file.read_text().splitlines()) >= MAX_FILE_LINES] == []


def too_long(*packages: str, limit: int) -> list[str]:
    return [
        f"{module.place} {function.name}: {(function.end_lineno or 0) - function.lineno + 1} lines"
        for module in modules(*packages)
        if not module.is_generated
        for function in module.functions()
        if (function.end_lineno or 0) - function.lineno + 1 > limit
    ]
