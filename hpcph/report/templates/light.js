// Response to light: the lists choose the observable and the component.

function startLight(data) {
  const x = unpack(data.frequency), count = x.length;
  const curves = ({ row, largest, values }) => {
    const known = unpack(values);
    return row.map((r) => (r < 0 ? new Float64Array(count) : Float64Array.from(part(known, r, count), (v) => v * largest)));
  };
  const tables = Object.fromEntries(Object.entries(data.observables).map(([name, of]) =>
    [name, { ...of, chi: curves(of.chi), mean: curves(of.mean) }]));
  const lines = (name) => plot(name).data.flatMap(({ mode }, i) => (mode === "lines" ? [i] : []));

  function draw(name, ys, texts, title) {
    const at = lines(name), hover = ys.map((_, i) => `%{x:.5g}: ${texts[i]}`);
    Plotly.update(plot(name), { x: ys.map(() => x), y: ys, hovertemplate: hover }, { "yaxis.title.text": title }, at);
  }

  function update() {
    const of = tables[element("observable").value], component = element("component").value;
    const place = 2 * data.components.indexOf(component);
    draw("light", of.chi.slice(place, place + 2), [0, 1].map(() => `%{y:.4e} ${of.unit}`), of.unit);
    element("light-title").textContent = `${of.title}, ${component}`;
    const texts = of.mean.map(() => `%{y:.4e} ${of.unit}` + (data.intensity ? `<br>%{customdata:.4e} ${of.density} per W m⁻²` : ""));
    if (data.intensity) Plotly.restyle(plot("polarized"), { customdata: of.mean.map((y) => y.map((v) => v / data.intensity)) }, lines("polarized"));
    draw("polarized", of.mean, texts, of.unit);
    element("polarized-title").textContent = `${of.title}, mean under polarized light`;
  }

  for (const id of ["observable", "component"]) element(id).addEventListener("change", update);
  update();
}
