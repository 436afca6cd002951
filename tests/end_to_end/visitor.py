"""Somebody at a browser, doing what the front page invites to."""

import datetime
import re
from pathlib import Path

import safetensors.torch
from playwright.sync_api import ConsoleMessage, Page, expect

TRAINING_SECONDS = 120

expect.set_options(timeout=15_000)  # two cores that also train


class Visitor:
    def __init__(self, page: Page, url: str) -> None:
        self.page, self._url = page, url
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)

    def _listen(self, line: ConsoleMessage) -> None:
        # htmx reports a request that a newer one replaced, which is what typing on does
        if line.type == "error" and not line.text.startswith(("htmx:sendAbort", "htmx:afterRequest")):
            self.complaints.append(line.text)

    def browse_all_problems(self) -> None:
        self.page.goto(f"{self._url}/problems/")
        expect(self.page.get_by_role("status")).to_have_text("339 of 339")

    def narrow_down(self) -> None:
        """A range such as B-C counts for both of its letters; every choice is in the address."""
        page = self.page
        self._choose("difficulty", "B")
        expect(page).to_have_url(re.compile("difficulty=B"))
        page.locator("#category").select_option("5")
        expect(page).to_have_url(re.compile("category=5"))
        self._choose("recipe", "yes")
        self._choose("claimed", "free")
        expect(page).to_have_url(re.compile("recipe=yes"))
        expect(page).to_have_url(re.compile("claimed=free"))
        page.get_by_label("Search", exact=True).fill("PCA")
        expect(page).to_have_url(re.compile("q=PCA"))
        expect(page.locator("table.problems tbody tr")).to_have_count(1)
        page.reload()
        expect(page.locator("table.problems tbody tr")).to_have_count(1)

    def open_problem(self, number: str) -> None:
        self.page.locator(f"a.row-link[href^='/problems/{number}/']").click()
        expect(self.page.locator("h1.statement")).to_contain_text("PCA")

    def sign_in(self, handle: str, password: str) -> None:
        page = self.page
        page.get_by_role("banner").get_by_role("link", name="Sign in").click()
        page.get_by_label("Username or e-mail").fill(handle)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("h1.statement")).to_contain_text("PCA")

    def claim(self, plan: str) -> None:
        page = self.page
        page.get_by_role("link", name="I am working on this").click()
        page.get_by_role("textbox", name="Plan").fill(plan)
        page.get_by_role("button", name="I am working on this").click()
        expect(page.locator("article.claim")).to_contain_text(plan)
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        expect(page.locator(f"article.claim [title^='{today}']").first).to_be_visible()

    def fork_recipe(self, title: str) -> None:
        self.page.get_by_role("link", name=f"Fork {title}").click()
        expect(self.page.locator("#verdict")).to_contain_text("Ready to run")
        self.page.wait_for_load_state()  # the editor listens from then on

    def write(self, toml: str, *, told: str) -> None:
        """Put a recipe into the editor and wait for what is said about it."""
        self.page.locator("#toml").fill(toml)
        expect(self.page.locator("#verdict")).to_contain_text(told)

    def run(self) -> None:
        self.page.locator("#verdict").get_by_role("button", name="Run", exact=True).click()
        expect(self.page).to_have_url(re.compile(r"/runs/\d+/"))

    def watch_curves_come_in(self) -> None:
        loss = self.page.locator("[data-measure='loss']")
        expect(loss.locator("g.trace.scatter path.js-line").first).to_be_attached(timeout=30_000)
        expect(self.page.locator("#state .state")).to_have_text("RUNNING")

    def see_it_succeed(self) -> None:
        expect(self.page.locator("#state .state")).to_have_text("SUCCEEDED", timeout=TRAINING_SECONDS * 1000)

    def see_plots(self) -> None:
        page = self.page
        for measure in ("loss", "accuracy"):
            expect(page.locator(f"[data-measure='{measure}'] .main-svg").first).to_be_visible()
        for key in ("pca-logits-path", "fourier-spectrum-embedding"):
            panel = page.locator(f"#panels [data-figure-url*='{key}']").first
            panel.scroll_into_view_if_needed()
            expect(panel.locator(".main-svg").first).to_be_visible(timeout=15_000)

    def change_to_log_axes(self) -> None:
        for axis in ("x", "y"):
            self._choose(axis, "log")
            expect(self.page).to_have_url(re.compile(f"{axis}=log"))

    def download_checkpoint(self, folder: Path) -> dict[str, list[int]]:
        """The shapes of the weights in the last checkpoint, by name."""
        with self.page.expect_download() as download:
            self.page.locator("#files table a[download]").last.click()
        file = folder / "checkpoint.safetensors"
        download.value.save_as(file)
        return {name: list(tensor.shape) for name, tensor in safetensors.torch.load_file(file).items()}

    def _choose(self, name: str, value: str) -> None:
        """Click the label, as people do: the box itself is not drawn."""
        self.page.locator(f"label:has(input[name={name}][value={value}])").click()
