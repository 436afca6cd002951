// The recipe editor: marks the fields that are wrong, numbers the lines, and keeps a draft over signing in.
"use strict";

const text = () => document.getElementById("toml");

function markErrors() {
  for (const note of document.querySelectorAll(".field .errors")) note.remove();
  for (const field of document.querySelectorAll(".field.invalid")) {
    field.classList.remove("invalid");
    field.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
  }
  for (const error of document.querySelectorAll("#verdict [data-field]")) markField(error.dataset.field, error.dataset.message);
}

// The field itself, or, where an error names a whole table or list, the nearest one around it that the form shows.
function inputOf(path) {
  for (let part = path; part; part = part.slice(0, Math.max(part.lastIndexOf("."), 0))) {
    const input = document.getElementById(`f-${part}`) ?? document.getElementById(`f-${part}.name`);
    if (input) return input;
  }
  return null;
}

function markField(path, message) {
  const field = inputOf(path)?.closest(".field");
  if (!field) return;
  field.classList.add("invalid");
  field.querySelector("input, select, textarea")?.setAttribute("aria-invalid", "true");
  const note = document.createElement("p");
  note.className = "errors";
  note.textContent = message;
  field.append(note);
}

function numberLines() {
  const n = text().value.split("\n").length;
  document.querySelector(".gutter").textContent = Array.from({ length: n }, (_, i) => i + 1).join("\n");
  followScroll();
}

function followScroll() {
  document.querySelector(".gutter").scrollTop = text().scrollTop;
}

function selectLine(number) {
  const lines = text().value.split("\n");
  const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
  text().focus();
  text().setSelectionRange(start, start + (lines[number - 1] ?? "").length);
  text().scrollTop = Math.max(0, (number - 5) * parseFloat(getComputedStyle(text()).lineHeight));
}

document.addEventListener("click", (event) => {
  const line = event.target.closest("[data-line]");
  const field = event.target.closest("#verdict li[data-field] > a.mono");
  if (line) {
    event.preventDefault();
    selectLine(Number(line.dataset.line));
  } else if (field) {
    event.preventDefault();
    inputOf(field.closest("li").dataset.field)?.focus();
  } else if (event.target.closest("[data-keep-draft]")) {
    sessionStorage.setItem("draft", text().value);
  }
});

// A change of what a part is made of renews the whole form; the keyboard stays where it was.
let focused = "";

function keepFocus() {
  focused = document.activeElement.id || focused;
}

function restoreFocus() {
  if (document.activeElement === document.body && focused) document.getElementById(focused)?.focus();
}

function restoreDraft() {
  const kept = sessionStorage.getItem("draft");
  if (kept === null) return;
  sessionStorage.removeItem("draft");
  text().value = kept;
  text().dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("DOMContentLoaded", () => {
  numberLines();
  markErrors();
  restoreDraft();
  document.addEventListener("input", (event) => event.target === text() && numberLines());
  document.addEventListener("scroll", (event) => event.target === text() && followScroll(), true);
  document.addEventListener("htmx:beforeSwap", keepFocus);
  document.addEventListener("htmx:afterSettle", () => {
    numberLines();
    markErrors();
    restoreFocus();
  });
});
