// The log of a run, while it goes on: asks every second for the lines after the last one. Without it, a link asks once.
"use strict";

{
  const POLL_MILLISECONDS = 1000;
  const LONGEST_WAIT_MILLISECONDS = 30000;
  const log = document.getElementById("log");
  let failures = 0;

  const marker = () => log.querySelector("li.more");
  const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 40;

  async function more() {
    const last = marker();
    if (!last) return;
    try {
      const answer = await fetch(last.dataset.url);
      if (!answer.ok) throw new Error(`the server said ${answer.status}`);
      const follows = isAtEnd();
      last.outerHTML = await answer.text();
      if (follows) log.scrollTop = log.scrollHeight;
      failures = 0;
    } catch {
      failures += 1;
    }
    setTimeout(more, Math.min(POLL_MILLISECONDS * 2 ** failures, LONGEST_WAIT_MILLISECONDS));
  }

  if (log) {
    log.scrollTop = log.scrollHeight;
    setTimeout(more, POLL_MILLISECONDS);
  }
}
