// What every page shares: the pinned theme, the keyboard, and menus that close. Pages work without it.
"use strict";

const root = document.documentElement;
root.classList.add("js");

function pinTheme(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  const age = theme ? 365 * 24 * 3600 : 0;
  document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax`;
  document.dispatchEvent(new CustomEvent("theme-changed"));
}

function rowLinks() {
  return [...document.querySelectorAll("table.rows .row-link, .problem-cards .row-link")];
}

function moveRow(by) {
  const links = rowLinks();
  const at = links.indexOf(document.activeElement);
  const next = at === -1 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
  links[next]?.focus();
  links[next]?.scrollIntoView({ block: "nearest" });
}

function isTyping(target) {
  return target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}

const keys = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => document.getElementById("keys").showModal(),
  j: () => moveRow(1),
  k: () => moveRow(-1),
  n: () => document.querySelector("#content a[rel=next]")?.click(),
  p: () => document.querySelector("#content a[rel=prev]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !(event.key in keys)) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  keys[event.key]();
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// As soon as the parser has come to it, so that nothing below jumps up once it is on the screen.
function foldOnPhones(_, watching) {
  const box = document.querySelector("details[data-folded-on-phones]");
  if (!box) return;
  box.open = false;
  watching.disconnect();
}

if (matchMedia("(max-width: 640px)").matches) {
  const watching = new MutationObserver(foldOnPhones);
  watching.observe(root, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => watching.disconnect());
}

document.addEventListener("DOMContentLoaded", () => {
  const select = document.getElementById("theme");
  select.value = root.dataset.theme ?? "";
  select.addEventListener("change", () => pinTheme(select.value));
});
