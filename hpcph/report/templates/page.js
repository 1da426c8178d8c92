// Draws every figure, then starts the parts that move.

const part = (values, from, count) => values.subarray(from * count, (from + 1) * count);
const rows = (values, count) => Array.from({ length: values.length / count }, (_, i) => part(values, i, count));
const vector = (q) => "(" + Array.from(q, (x) => signed(+x.toFixed(4))).join(", ") + ")";

async function draw({ figures, themes }) {
  for (const [name, { data, layout }] of Object.entries(figures)) {
    await Plotly.newPlot(plot(name), data, { ...layout, template: theme(themes) }, CONFIG);
  }
  dark.addEventListener("change", () => {
    for (const name of Object.keys(figures)) Plotly.relayout(plot(name), { template: theme(themes) });
  });
}

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

addEventListener("DOMContentLoaded", async () => {
  const { figures, data, themes } = JSON.parse(element("embedded").textContent);
  await loadPlotly();
  await draw({ figures, themes });
  if (data.diagram) startDiagram(data.diagram);
  if (data.light) startLight(data.light);
  if (data.sample) startSample(data.sample);
  if (data.slices) startSlices(data.slices);
  const show = data.cell ? startCell(data.cell) : null;
  if (data.bands) startBands(data.bands, data.cell, show);
  document.body.dataset.ready = "true";
});
