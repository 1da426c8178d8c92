// Draws the figures and starts what moves, section by section: first what is in sight.

const part = (values, from, count) => values.subarray(from * count, (from + 1) * count);
const rows = (values, count) => Array.from({ length: values.length / count }, (_, i) => part(values, i, count));
const vector = (q) => "(" + Array.from(q, (x) => signed(+x.toFixed(4) + 0)).join(", ") + ")";
const drawn = new Set(); // names of figures
const BUTTONS = { ...CONFIG, displayModeBar: innerWidth < 600 ? false : "hover", modeBarButtonsToRemove: ["select2d", "lasso2d"] };

// A slider over the numbers of a list: its text, and what happens when it moves.
function slider(id, values, text, start, moved) {
  const input = element(id);
  const say = () => {
    const words = text(values[input.value]);
    element(id + "-value").textContent = words;
    input.setAttribute("aria-valuetext", words);
  };
  input.max = values.length - 1;
  input.value = start;
  input.addEventListener("input", () => { say(); moved(); });
  say();
  return (index) => { input.value = index; say(); moved(); };
}

// The next section to be drawn: where the keys are, else the one of which most is in sight, or nearest to be.
function next(sections) {
  const seen = (section) => {
    const { top, bottom } = section.getBoundingClientRect();
    return Math.min(bottom, innerHeight) - Math.max(top, 0);
  };
  return sections.find((section) => section.contains(document.activeElement)) ??
    sections.reduce((best, section) => (seen(section) > seen(best) ? section : best));
}

const breath = () => new Promise((done) => { setTimeout(done); }); // what the reader does comes first

async function drawAll({ figures, data, tables, themes }, starts) {
  const sections = new Set(document.querySelectorAll("section"));
  while (sections.size) {
    const section = next([...sections]);
    sections.delete(section);
    for (const gd of section.querySelectorAll(".plot")) {
      await breath();
      const name = gd.id.slice("plot-".length), { data: traces, layout } = figures[name];
      await Plotly.newPlot(gd, traces, { ...layout, template: theme(themes) }, BUTTONS);
      drawn.add(name);
    }
    if (data[section.id]) starts[section.id](data[section.id], data);
    startSaving(section, tables, themes);
    if (section.querySelector(".plot")) performance.mark("drawn " + section.id);
    if (drawn.size && !document.body.dataset.interactive) {
      document.body.dataset.interactive = "true";
      performance.mark("interactive");
    }
  }
}

addEventListener("DOMContentLoaded", async () => {
  const embedded = JSON.parse(element("embedded").textContent), { themes } = embedded;
  await loadPlotly();
  dark.addEventListener("change", () => {
    for (const name of drawn) Plotly.relayout(plot(name), { template: theme(themes) });
  });
  await drawAll(embedded, { diagram: startDiagram, cell: startCell, bands: startBands, slices: startSlices, sample: startSample, light: startLight });
  document.body.dataset.ready = "true";
});
