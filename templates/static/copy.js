// A button with data-copy copies the text of the element of that id. Without it the text can be selected.
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  const label = button.innerHTML;
  button.textContent = "Copied";
  setTimeout(() => (button.innerHTML = label), 1500);
});
