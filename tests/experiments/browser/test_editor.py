"""Form and text of a recipe stay in step."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def field(page, path):
    return page.locator(f"[id='f-{path}']")


def test_a_change_in_the_form_is_written_and_judged(editor):
    field(editor, "task.modulus").fill("300")
    field(editor, "task.modulus").press("Tab")
    expect(editor.locator("#verdict")).to_contain_text("must be at most 256, not 300")
    expect(field(editor, "task.train_fraction")).to_be_focused()
    expect(field(editor, "task.modulus")).to_have_attribute("aria-invalid", "true")
    assert "modulus = 300" in editor.locator("#toml").input_value()


def test_typing_in_the_text_renews_the_form(editor):
    text = editor.locator("#toml").input_value().replace("modulus = 7", "modulus = 11")
    editor.locator("#toml").fill(text)
    expect(field(editor, "task.modulus")).to_have_value("11")
    expect(editor.locator("#toml")).to_be_focused()


def test_another_task_brings_its_fields_and_the_keyboard_stays(editor):
    field(editor, "task.name").focus()
    editor.keyboard.type("previous")
    expect(field(editor, "task.vocabulary")).to_be_visible()
    expect(field(editor, "task.name")).to_be_focused()


def test_an_error_leads_to_its_line_and_its_field(editor):
    editor.locator("#toml").fill(editor.locator("#toml").input_value().replace("modulus = 7", "modulus = 1"))
    editor.locator("#verdict a[data-line]").click()
    selected = "(() => { const t = document.activeElement; return t.value.slice(t.selectionStart, t.selectionEnd) })()"
    assert editor.evaluate(selected) == "modulus = 1"
    editor.locator("#verdict a", has_text="task.modulus").click()
    expect(field(editor, "task.modulus")).to_be_focused()


def test_a_sweep_is_put_together_in_the_form(editor):
    editor.locator("#add-sweep").select_option("training.learning_rate")
    editor.locator("#do-add-sweep").click()
    field(editor, "sweep.training.learning_rate").fill("1e-3, 3e-3")
    field(editor, "sweep.training.learning_rate").press("Tab")
    expect(editor.locator("#verdict")).to_contain_text("in 2 shards")
    assert '"training.learning_rate" = [1e-3, 3e-3]' in editor.locator("#toml").input_value()


def test_a_draft_survives_signing_in(editor):
    editor.locator("#toml").fill(editor.locator("#toml").input_value().replace("steps = 100", "steps = 77"))
    expect(editor.locator("#verdict")).not_to_contain_text("The same experiment")
    editor.get_by_role("link", name="Sign in to run or save").click()
    editor.locator("#id_login").fill("alice")
    editor.locator("#id_password").fill("correct horse")
    editor.get_by_role("button", name="Sign in").click()
    expect(editor.locator("#toml")).to_have_value(re.compile("steps = 77"))
    editor.get_by_role("button", name="Run", exact=True).click()
    expect(editor.locator("#state")).to_contain_text("QUEUED")


def test_without_javascript_a_recipe_is_checked_and_run(site, run, browser):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/accounts/login/?next=/recipes/new/%3Ffork={run.recipe_id}")
    page.locator("#id_login").fill("alice")
    page.locator("#id_password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    good = page.locator("#toml").input_value().replace("steps = 100", "steps = 60")
    page.locator("#toml").fill(good.replace("modulus = 7", "modulus = 1"))
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#verdict")).to_contain_text("must be at least 3, not 1")
    page.locator("#toml").fill(good)
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#state")).to_contain_text("QUEUED")
    expect(page.get_by_text("Nothing is measured yet")).to_be_visible()
    context.close()
