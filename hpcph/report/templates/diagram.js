// T–r phase diagram: sliders, readout and the two cuts, all from one table.

function startDiagram(data) {
  const { temperature, radius } = data;
  const table = Object.fromEntries(
    ["total", "diagonal", "off_diagonal", "amplification"].map((name) => [name, rows(unpack(data[name]), radius.length)]));
  const parts = ["total", "diagonal", "off_diagonal"];
  const marker = plot("diagram").data.length - 1;

  function update() {
    const t = +element("temperature").value, r = +element("radius").value;
    const T = temperature[t], nm = radius[r], [total, D, OD] = parts.map((name) => table[name][t][r]);
    const eta = table.amplification[t][r];
    element("diagram-readout").textContent = `T = ${T} K, r = ${shown(nm)} nm: γᴸᴸ = ${shown(total)} ` +
      `(D ${shown(D)}, OD ${shown(OD)}), ` + (Number.isNaN(eta) ? "supercritical: η does not exist" : `η = ${signed(+eta.toPrecision(9))}`);
    Plotly.restyle(plot("diagram"), { x: [[T]], y: [[nm]] }, [marker]);
    const columns = parts.map((name) => table[name].map((row) => row[r]));
    const lines = parts.map((name) => Array.from(table[name][t], Math.abs));
    Plotly.restyle(plot("gamma-t"), { x: [...parts.map(() => temperature), [T]], y: [...columns, [total]] });
    Plotly.restyle(plot("gamma-r"), { x: [...parts.map(() => radius), [nm]], y: [...lines, [Math.abs(total)]] });
    element("gamma-t-title").textContent = `γᴸᴸ at r = ${shown(nm)} nm`;
    element("gamma-r-title").textContent = `γᴸᴸ at T = ${T} K`;
  }

  const moveT = slider("temperature", temperature, (T) => `${T} K`, data.start[0], update);
  const moveR = slider("radius", radius, (r) => `${shown(r)} nm`, data.start[1], update);
  plot("diagram").on("plotly_click", ({ points: [{ x, y }] }) => {
    moveT(temperature.indexOf(x));
    moveR(radius.indexOf(y));
  });
  update();
}
