// Quoting and answering without leaving the page, so that what was typed stays. Without it the links load the page anew.
"use strict";

const writing = document.querySelector("[data-comment-form]");

async function answer(pk, withQuotation) {
  const response = await fetch(`/api/comments/${pk}/`);
  if (!response.ok) throw new Error(`comment ${pk}: ${response.status}`);
  const comment = await response.json();
  const who = comment.author ? `@${comment.author}` : "a former member";
  if (withQuotation) {
    const quoted = comment.body.split(/\r?\n/).map((line) => `> ${line}`.trimEnd()).join("\n");
    const before = writing.body.value && !writing.body.value.endsWith("\n\n") ? `${writing.body.value.trimEnd()}\n\n` : writing.body.value;
    writing.body.value = `${before}[${who}](${comment.url}) wrote:\n\n${quoted}\n\n`;
  }
  showAnswered(pk, who, comment.url);
}

function showAnswered(pk, who = "", url = "") {
  writing.answers.value = pk;
  document.getElementById("answering").hidden = !pk;
  const link = document.getElementById("answered");
  link.textContent = who;
  link.href = url;
  writing.body.focus();
  writing.scrollIntoView({ block: "center" });
}

document.getElementById("discussion").addEventListener("click", (event) => {
  const link = event.target.closest("[data-quote], [data-answer], [data-new-thread]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if ("newThread" in link.dataset) return showAnswered("");
  answer(link.dataset.quote ?? link.dataset.answer, "quote" in link.dataset).catch(() => location.assign(link.href));
});
