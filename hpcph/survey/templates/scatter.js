// Two numbers of every crystal, coloured by a third; picked ones with names and errors.

const MANY = 1000; // points: more are drawn on a canvas

const mine = () => [getComputedStyle(document.body).getPropertyValue("--accent").trim(), "#d55e00"]; // errors of mesh and lattice
const inert = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;"); // in texts of plotly.js

// The label at a point, and the report at a click.
function answering(name, columns, about, open) {
  const label = element("label"), gd = plot(name);
  gd.on("plotly_hover", ({ points, event }) => {
    const i = points[0].customdata;
    if (i === undefined || i === null) return;
    const lines = ["formula", "name"].map((name) => written(columns.get(name), i));
    label.replaceChildren(make("strong", { textContent: lines[0] }), make("div", { textContent: lines[1] }),
      ...about().map((of) => { const line = make("div"); line.innerHTML = of.title; line.append(` = ${written(of, i)} ${of.values[i] ? of.unit : ""}`); return line; }));
    label.hidden = false;
    const { innerWidth, innerHeight } = window, box = label.getBoundingClientRect();
    label.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 8))}px`;
    label.style.top = `${Math.max(4, Math.min(event.clientY + 14, innerHeight - box.height - 8))}px`;
  });
  gd.on("plotly_unhover", () => { label.hidden = true; });
  gd.on("plotly_click", ({ points }) => { if (points[0].customdata !== undefined) open(points[0].customdata); });
}

// Colours of the numbers: from low to high, or away from zero; marks have two.
function colouring(of, wanted, indices, { list, signed: twoSided, sequential }) {
  const values = indices.map((i) => of.values[i]);
  const lies = isNarrow() ? { orientation: "h", y: -0.22, yanchor: "top" } : {};
  const bar = { ...lies, title: { text: inPlotly(of), side: isNarrow() ? "top" : "right" }, thickness: 14, outlinewidth: 0, exponentformat: "power", showexponent: "all" };
  if (of.kind === "flag") {
    return { color: values, cmin: 0, cmax: 1, colorscale: [[0, list[0]], [0.5, list[0]], [0.5, list[1]], [1, list[1]]], colorbar: { ...bar, tickvals: [0.25, 0.75], ticktext: ["no", "yes"] } };
  }
  const scale = scaleOf(wanted, values), { place, ticks } = scaled(scale, values), placed = values.map(place);
  const known = placed.filter(Number.isFinite), most = Math.max(...extentOf(known).map(Math.abs)), [low, high] = extentOf(known);
  const sided = extent(values).signed && scale !== "log";
  const ends = sided ? { cmin: -most, cmax: most } : { cmin: low, cmax: high };
  const inside = ticks?.filter(({ at }) => at >= ends.cmin && at <= ends.cmax);
  const own = inside ? { tickvals: inside.map(({ at }) => at), ticktext: inside.map(({ text }) => text) } : {};
  return { color: placed, ...ends, colorscale: sided ? twoSided.map((c, k) => [k / (twoSided.length - 1), c]) : sequential, colorbar: { ...bar, ...own } };
}

const extentOf = (known) => known.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);

function startScatter(columns, themes, colours, open) {
  let chosen = [], drawn = null, bound = false;

  function traces(indices, picked, { x, y, colour }, scales, type) {
    const of = [x, y], values = of.map((one) => indices.map((i) => one.values[i]));
    const scale = of.map((_, k) => scaleOf(scales[k], values[k])), by = scale.map((one, k) => scaled(one, values[k]));
    const seen = (i) => of.every((one, k) => Number.isFinite(by[k].place(one.values[i])));
    const at = (i, k) => (scale[k] === "log" ? of[k].values[i] : by[k].place(of[k].values[i]));
    const points = indices.filter(seen), paint = colouring(colour, scales[2], points, colours);
    const blank = points.filter((_, k) => !Number.isFinite(paint.color[k])), painted = points.filter((_, k) => Number.isFinite(paint.color[k]));
    const group = (members, marker, more) => ({ type, mode: "markers", x: members.map((i) => at(i, 0)), y: members.map((i) => at(i, 1)), customdata: members, hoverinfo: "none", marker, showlegend: false, ...more });
    const found = [
      group(blank, { color: "#9a9a9a", size: 6, symbol: "circle-open" }, { name: "without colour" }),
      group(painted, { ...paint, color: paint.color.filter(Number.isFinite), size: points.length > MANY ? 6 : 9, opacity: points.length > MANY ? 0.75 : 0.9, line: { width: points.length > MANY ? 0 : 0.5, color: "#808080" } }),
    ];
    const marked = points.filter((i) => picked.has(i));
    if (marked.length) {
      const errors = (k, source) => (of[k].errors.length ? bars(marked.map((i) => of[k].values[i]), marked.map((i) => of[k].errors[source][i]), by[k].place, scale[k] === "log") : undefined);
      ["mesh", "lattice"].forEach((source, s) => {
        const look = { color: mine()[s], thickness: s ? 1.5 : 3, width: s ? 7 : 3 };
        found.push(group(marked, { size: 12, symbol: "circle-open", color: look.color, line: { width: s ? 0 : 2 } }, {
          type: "scatter", name: `± ${source}`, showlegend: true, mode: s ? "markers" : "markers+text", opacity: 1,
          text: marked.map((i) => inert(written(columns.get(columns.get("formula").values[i] ? "formula" : "name"), i))), textposition: "top center",
          error_x: { ...errors(0, s), ...look }, error_y: { ...errors(1, s), ...look },
        }));
      });
    }
    const axes = of.map((one, k) => axisFor(one, scale[k], by[k]));
    const missing = indices.length - points.length, lost = indices.filter((i) => of.every((one) => isThere(one, i))).length - points.length;
    const says = `${points.length} of ${indices.length} crystals` + (missing ? `; ${missing - lost} have not both numbers` : "") + (lost ? `; ${lost} are not positive on a logarithmic axis` : "") + (blank.length ? `; ${blank.length} in grey have no colour` : "") + ".";
    return { data: found, axes, says };
  }

  const layout = (axes, template) => ({
    template, xaxis: axes[0], yaxis: axes[1], hovermode: "closest", margin: { l: 70, r: 20, t: 40, b: 55 },
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 }, uirevision: JSON.stringify(axes.map(({ title, type }) => [title.text, type])),
  });

  // Draw these crystals.
  async function show(indices, picked, of, scales) {
    chosen = [of.x, of.y, of.colour];
    drawn = traces(indices, picked, of, scales, indices.length > MANY ? "scattergl" : "scatter");
    await Plotly.react(plot("scatter"), drawn.data, layout(drawn.axes, theme(themes)), { ...CONFIG, modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] });
    element("scatter-count").textContent = drawn.says;
    if (!bound) answering("scatter", columns, () => chosen, open);
    bound = true;
  }

  // As text of an SVG, every point a mark of its own, on white whatever the page is.
  async function svg() {
    const data = drawn.data.map((trace) => ({ ...trace, type: "scatter" })), white = structuredClone(themes.white);
    const address = await Plotly.toImage({ data, layout: { ...layout(drawn.axes, white), paper_bgcolor: "#fff" } }, { format: "svg", width: 900, height: 620 });
    return decodeURIComponent(address.slice(address.indexOf(",") + 1));
  }

  return { show, svg };
}
