// T–r phase diagram: sliders, readout and the two cuts, all from one table.

function startDiagram(data) {
  const { temperature, radius } = data;
  const table = Object.fromEntries(
    ["total", "diagonal", "off_diagonal", "amplification"].map((name) => [name, rows(unpack(data[name]), radius.length)]));
  const parts = ["total", "diagonal", "off_diagonal"];
  const errors = data.errors.map((of) => Object.fromEntries(Object.entries(of).map(([name, packed]) => [name, unpack(packed)])));
  const etaErrors = data.etaErrors.map((packed) => rows(unpack(packed), radius.length)), critical = unpack(data.critical);
  const names = plot("gamma-r").data.map(({ name }) => name);
  const marker = plot("diagram").data.length - 1;

  // Known errors of a part; like γ^LL they fall as r⁻².
  const open = (name, t, r) => errors.map((of) => of[name][t] * (data.reference / radius[r]) ** 2);
  const text = (name, t, r) => withErrors(table[name][t][r], open(name, t, r));

  function update() {
    const t = +element("temperature").value, r = +element("radius").value;
    const T = temperature[t], nm = radius[r], total = table.total[t][r], eta = table.amplification[t][r];
    const [ofTotal, D, OD] = parts.map((name) => text(name, t, r));
    const ofEta = () => amplificationText(eta, etaErrors.map((of) => of[t][r]));
    const none = nm <= critical[t] ? "supercritical: η does not exist" : "η is unknown without a lifetime";
    element("diagram-readout").textContent = `T = ${T} K, r = ${shown(nm)} nm: γᴸᴸ = ${ofTotal} ` +
      `(D ${D}, OD ${OD}), ` + (Number.isNaN(eta) ? none : `η = ${ofEta()}`.replace("= ≈", "≈"));
    Plotly.restyle(plot("diagram"), { x: [[T]], y: [[nm]] }, [marker]);
    const columns = parts.map((name) => table[name].map((row) => row[r]));
    const lines = parts.map((name) => Array.from(table[name][t], Math.abs));
    const overT = parts.map((name) => temperature.map((_, i) => text(name, i, r)));
    const overR = parts.map((name) => radius.map((_, i) => text(name, t, i)));
    Plotly.restyle(plot("gamma-t"), { x: [...parts.map(() => temperature), [T]], y: [...columns, [total]], text: [...overT, [ofTotal]] });
    const sign = parts.map((name) => (table[name][t][r] < 0 ? "−" : "")); // logarithms are of sizes, the legend has the sign
    Plotly.restyle(plot("gamma-r"), { name: [...parts.map((_, i) => sign[i] + names[i]), ""], x: [...parts.map(() => radius), [nm]], y: [...lines, [Math.abs(total)]], text: [...overR, [ofTotal]] });
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
