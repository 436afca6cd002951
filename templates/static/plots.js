// Draws plotly figures that the server made as JSON; follows the theme; never decides how a number looks.
// A box asks for its figure with data-figure-url and is drawn when it comes near the screen.
"use strict";

const plots = (() => {
  const drawn = new Set();
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const templates = () => JSON.parse(document.getElementById("plot-templates").textContent);

  function template() {
    const pinned = document.documentElement.dataset.theme;
    return templates()[pinned || (dark.matches ? "dark" : "light")];
  }

  function config(name) {
    const picture = (format) => ({ format, filename: name, scale: 2 });
    return {
      displaylogo: false,
      responsive: true,
      toImageButtonOptions: picture("png"),
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
      modeBarButtonsToAdd: [
        {
          name: "svg",
          title: "Download plot as an SVG",
          icon: Plotly.Icons.disk,
          click: (box) => Plotly.downloadImage(box, picture("svg")),
        },
      ],
    };
  }

  async function draw(box, figure) {
    const layout = { ...figure.layout, template: template() };
    if (drawn.has(box)) {
      await Plotly.react(box, figure.data, layout);
      return;
    }
    drawn.add(box);
    box.replaceChildren();
    const shown = { data: figure.data, layout, frames: figure.frames ?? [], config: config(box.dataset.name) };
    await Plotly.newPlot(box, shown);
  }

  // Puts the traces in place of what the box has from their first x on; a trace it does not know yet is added.
  async function extend(box, traces) {
    const data = [...box.data];
    for (const fresh of traces) {
      const at = data.findIndex((trace) => trace.uid === fresh.uid);
      if (at === -1) data.push(fresh);
      else data[at] = joined(data[at], fresh);
    }
    const layout = { ...box.layout, datarevision: (box.layout.datarevision ?? 0) + 1 };
    await Plotly.react(box, data, layout);
  }

  function joined(old, fresh) {
    let kept = old.x.length;
    while (kept > 0 && fresh.x.length && old.x[kept - 1] >= fresh.x[0]) kept -= 1;
    return { ...old, x: [...old.x.slice(0, kept), ...fresh.x], y: [...old.y.slice(0, kept), ...fresh.y] };
  }

  function fail(box, reason) {
    if (drawn.has(box)) return;
    const note = document.createElement("p");
    note.className = "muted";
    note.textContent = `This plot could not be loaded (${reason}). Its numbers are in the table; reload the page to try again.`;
    box.replaceChildren(note);
  }

  async function load(box) {
    try {
      const answer = await fetch(box.dataset.figureUrl);
      if (!answer.ok) throw new Error(`the server said ${answer.status}`);
      await draw(box, await answer.json());
    } catch (error) {
      fail(box, error.message);
    }
  }

  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((e) => e.isIntersecting)) {
        near.unobserve(entry.target);
        load(entry.target);
      }
    },
    { rootMargin: "400px" },
  );

  function watch(root) {
    for (const box of root.querySelectorAll("[data-figure-url]")) near.observe(box);
  }

  function followTheme() {
    for (const box of drawn) {
      if (box.isConnected) Plotly.relayout(box, { template: template() });
      else drawn.delete(box);
    }
  }

  dark.addEventListener("change", followTheme);
  document.addEventListener("theme-changed", followTheme);
  document.addEventListener("DOMContentLoaded", () => watch(document));
  return { draw, extend, fail, watch, isDrawn: (box) => drawn.has(box) };
})();
