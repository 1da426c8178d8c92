"use strict";
// Unpacks plotly.js and the numbers, draws every figure, then starts the parts that move. Nothing is fetched.

const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const TYPES = { f4: Float32Array, f8: Float64Array, i2: Int16Array };
const unpack = (packed) => new TYPES[packed.dtype](bytes(packed.bytes).buffer);
const part = (values, from, count) => values.subarray(from * count, (from + 1) * count);
const rows = (values, count) => Array.from({ length: values.length / count }, (_, i) => part(values, i, count));
const element = (id) => document.getElementById(id);
const plot = (name) => element("plot-" + name);
const vector = (q) => "(" + Array.from(q, (x) => signed(+x.toFixed(4))).join(", ") + ")";
const signed = (x) => String(x).replaceAll("-", "−");
const shown = (x) => signed(+x.toPrecision(6));

async function inflate(base64) {
  const stream = new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

async function loadPlotly() {
  const script = document.createElement("script");
  script.textContent = await inflate(element("plotly").textContent);
  document.head.append(script);
}

const dark = matchMedia("(prefers-color-scheme: dark)");

function theme(themes) {
  const template = structuredClone(themes[dark.matches ? "dark" : "white"]);
  Object.assign(template.layout, { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", modebar: { bgcolor: "rgba(0,0,0,0)" } });
  return template;
}

async function draw({ figures, themes }) {
  const config = { responsive: true, displaylogo: false, plotGlPixelRatio: devicePixelRatio };
  for (const [name, { data, layout }] of Object.entries(figures)) {
    await Plotly.newPlot(plot(name), data, { ...layout, template: theme(themes) }, config);
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
