// The curves of a run: asks for what is new while it runs, and keeps the reader's choices in the address.
"use strict";

const POLL_MILLISECONDS = 2000;
const LONGEST_WAIT_MILLISECONDS = 30000;

const curves = document.getElementById("curves");
const boxOf = (measure) => [...curves.querySelectorAll("[data-measure]")].find((box) => box.dataset.measure === measure);

let seen = { after: 0, generation: "" };
let failures = 0;
let asking = 0; // raised by each change of choice, so that an answer to an earlier question is dropped
let timer;

function choices() {
  const form = document.getElementById("choices");
  return form ? new URLSearchParams(new FormData(form)) : new URLSearchParams();
}

async function ask() {
  const mine = asking;
  clearTimeout(timer);
  const query = choices();
  query.set("after", seen.after);
  query.set("generation", seen.generation);
  if (curves.dataset.runs) query.set("runs", curves.dataset.runs);
  let news;
  try {
    const answer = await fetch(`${curves.dataset.url}?${query}`);
    if (!answer.ok) throw new Error(`the server said ${answer.status}`);
    news = await answer.json();
    failures = 0;
  } catch (error) {
    if (mine === asking) tryLater(error);
    return;
  }
  if (mine !== asking) return;
  await show(news);
  if (mine === asking && !news.ended) timer = setTimeout(ask, POLL_MILLISECONDS);
}

function tryLater(error) {
  failures += 1;
  for (const box of curves.querySelectorAll("[data-measure]")) plots.fail(box, error.message);
  timer = setTimeout(ask, Math.min(POLL_MILLISECONDS * 2 ** failures, LONGEST_WAIT_MILLISECONDS));
}

async function show(news) {
  for (const [measure, figure] of Object.entries(news.figures)) {
    const box = boxOf(measure);
    if (!box) continue;
    if (news.whole) await plots.draw(box, figure);
    else if (plots.isDrawn(box)) await plots.extend(box, figure.data);
  }
  seen = { after: news.after ?? 0, generation: news.generation ?? "" };
  const panels = document.getElementById("panels");
  if (panels && Number(panels.dataset.count) !== news.n_panels) await renewPanels(panels, news.n_panels);
}

async function renewPanels(panels, count) {
  panels.dataset.count = count;
  await htmx.ajax("GET", panels.dataset.url, { target: "#panels", swap: "innerHTML" });
  plots.watch(panels);
}

function changeChoices() {
  const address = new URL(location);
  for (const [name, value] of choices()) address.searchParams.set(name, value);
  history.replaceState(null, "", address);
  asking += 1;
  seen = { after: 0, generation: "" };
  ask();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 2000);
});

document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("choices")?.addEventListener("change", changeChoices);
  if (curves) ask();
});
