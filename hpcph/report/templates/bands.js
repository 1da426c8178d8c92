// The dispersion: what stands at every mode, and a click that makes it move in the unit cell.

function startBands(bands, { cell }) {
  const gd = plot("bands"), n = bands.branches, q = unpack(bands.q), distance = unpack(bands.distance), set = unpack(bands.set);
  const [m, pseudo, moment, helicity] = ["m", "pseudo", "moment", "helicity"].map((name) => (bands[name] ? unpack(bands[name]) : null));
  const { y, marker: { color: l } } = gd._fullData[0];
  const largest = moment ? moment.reduce((most, x) => Math.max(most, Math.abs(x)), 0) : 0;
  const decimals = largest ? Math.min(9, Math.max(0, 3 - size(largest))) : 0; // four digits of the largest moment
  const isLabel = (of, i) => of && Number.isFinite(of[i]);
  const among = (i, text) => { // those of all modes of the degenerate set
    const start = n * Math.floor(i / n);
    return Array.from({ length: n }, (_, branch) => start + branch).filter((j) => set[j] === set[i]).map(text).join(", ");
  };

  const label = (nu, i) => [
    `q = ${vector(part(q, Math.floor(i / n), 3))}`,
    `branch ${(i % n) + 1}`,
    named(bands, nu),
    `l = ${among(i, (j) => fixedTo(l[j], 4))} ħ`,
    helicity ? `h = ${fixedTo(helicity[i], 4)} ħ` : "",
    isLabel(m, i) && Number.isInteger(m[i]) ? `m = ${signed(m[i])}` : "",
    isLabel(pseudo, i) ? `ℓ = ${signed(+pseudo[i].toFixed(4) + 0)}` : "",
    moment ? `μ = ${among(i, (j) => fixedTo(moment[j], decimals))} μ<sub>N</sub>` : "",
  ].filter(Boolean).join("<br>");

  Plotly.restyle(gd, { customdata: [Array.from(y, label)] }, [0]);
  const optional = [["h (ħ)", helicity], ["m", m], ["ℓ", pseudo], ["μ (μ_N)", moment]].filter(([, values]) => values);
  own.bands = () => ({
    about: ["modes of the path; l, h and μ are components along the axis and along q, of degenerate sets by definite value"],
    heads: [bands.unit ? "distance (Å⁻¹)" : "distance", "q_a", "q_b", "q_c", "branch", `${bands.symbol} (${bands.unit || "model units"})`, "l (ħ)", ...optional.map(([head]) => head)],
    lines: Array.from(y, (nu, i) => {
      const k = Math.floor(i / n);
      return [seven(distance[k]), ...Array.from(part(q, k, 3), seven), (i % n) + 1, ...[nu, l[i], ...optional.map(([, values]) => values[i])].map(seven)];
    }),
  });
  if (!cell) return;
  const place = unpack(cell.modes.place);
  gd.on("plotly_click", ({ points: [{ pointNumber, x, y: nu }] }) => {
    Plotly.restyle(gd, { x: [[x]], y: [[nu]] }, [1]);
    showMode(place[Math.floor(pointNumber / n)], pointNumber % n);
  });
}
