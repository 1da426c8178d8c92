"use strict";
// What every page starts with: numbers and plotly.js out of their packing, signs, the theme. Nothing is fetched.

const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const TYPES = { f4: Float32Array, f8: Float64Array, i2: Int16Array };
const unpack = (packed) => new TYPES[packed.dtype](bytes(packed.bytes).buffer);
const element = (id) => document.getElementById(id);
const plot = (name) => element("plot-" + name);
const signed = (x) => String(x).replaceAll("-", "−");

const inflated = (base64) => new Response(new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream("gzip")));
const inflate = (base64) => inflated(base64).text();

// Of every figure; none offers to send itself to a service.
const CONFIG = { responsive: true, displaylogo: false, showSendToCloud: false, plotGlPixelRatio: devicePixelRatio };

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
