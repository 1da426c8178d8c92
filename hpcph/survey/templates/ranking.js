// The first crystals by one number, with the errors of mesh and lattice.

const LINE = 26; // px

function startRanking(columns, themes, open) {
  let of = null, bound = false;

  // Draw the first `top` of these crystals, by size, largest or smallest.
  return async (indices, ranked, way, top, wanted) => {
    of = ranked;
    const there = sorted(of, indices, way !== "smallest", way === "size").filter((i) => isThere(of, i)), members = there.slice(0, top);
    const flat = way === "size", values = members.map((i) => (flat ? Math.abs(of.values[i]) : of.values[i]));
    const scale = scaleOf(wanted, values), by = scaled(scale, values), at = (x) => (scale === "log" ? x : by.place(x));
    const names = members.map((i) => inert(`${written(columns.get("formula"), i)}  ${columns.get("name").values[i]}`.slice(0, 40)));
    const rise = of.errors.length ? 0.12 : 0, sources = of.errors.length ? ["mesh", "lattice"] : [""];
    const data = sources.map((source, s) => {
      const places = members.map((_, k) => k).filter((k) => !s || Number.isFinite(of.errors[s][members[k]])), color = mine()[s];
      const errors = () => bars(places.map((k) => values[k]), places.map((k) => of.errors[s][members[k]]), by.place, scale === "log");
      return {
        type: "scatter", mode: "markers", name: source && `± ${source}`, showlegend: Boolean(source), customdata: places.map((k) => members[k]), hoverinfo: "none",
        x: places.map((k) => at(values[k])), y: places.map((k) => k + (s ? rise : -rise)),
        marker: { size: 9, symbol: s ? "line-ns-open" : places.map((k) => (of.values[members[k]] < 0 ? "diamond" : "circle")), color },
        error_x: source ? { ...errors(), color, thickness: s ? 1.5 : 2.5, width: 4 } : undefined,
      };
    });
    const title = flat && members.some((i) => of.values[i] < 0) ? `|${of.title}|${of.unit ? ` (${of.unit})` : ""}` : inPlotly(of);
    const layout = {
      template: theme(themes), height: 130 + LINE * Math.max(3, members.length), hovermode: "closest", dragmode: false, margin: { l: 20, r: 20, t: 40, b: 55 },
      xaxis: { fixedrange: true, ...axisFor(of, scale, by), title: { text: title }, ...(scale === "linear" ? { rangemode: "tozero" } : {}) },
      yaxis: { tickvals: members.map((_, k) => k), ticktext: names, range: [Math.max(2, members.length) - 0.4, -0.6], automargin: true, fixedrange: true, zeroline: false },
      legend: { orientation: "h", y: 1, yanchor: "bottom", x: 0 },
    };
    await Plotly.react(plot("ranking"), data, layout, { ...CONFIG, displayModeBar: false });
    const negative = flat && members.some((i) => of.values[i] < 0) ? " Diamonds are negative numbers." : "";
    element("ranking-count").textContent = `${members.length} of ${there.length} crystals that have this number.${negative}`;
    if (!bound) answering("ranking", columns, () => [of], open);
    bound = true;
  };
}
