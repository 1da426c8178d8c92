// Response to light: the lists choose the observable and the component.

function startLight(data) {
  const x = unpack(data.frequency), count = x.length;
  const tables = Object.fromEntries(Object.entries(data.observables).map(([name, of]) =>
    [name, { ...of, chi: unpack(of.chi), mean: unpack(of.mean) }]));
  const lines = (name) => plot(name).data.flatMap(({ mode }, i) => (mode === "lines" ? [i] : []));
  const scaled = (values, i, largest) => Float64Array.from(part(values, i, count), (v) => v * largest);

  function draw(name, ys, texts, title) {
    const at = lines(name), hover = ys.map((_, i) => `%{x:.5g}: ${texts[i]}`);
    Plotly.update(plot(name), { x: ys.map(() => x), y: ys, hovertemplate: hover }, { "yaxis.title.text": title }, at);
  }

  function update() {
    const of = tables[element("observable").value], component = element("component").value;
    const place = 2 * data.components.indexOf(component);
    draw("light", [0, 1].map((i) => scaled(of.chi, place + i, of.largest[0])), [0, 1].map(() => `%{y:.4e} ${of.unit}`), of.unit);
    element("light-title").textContent = `${of.title}, ${component}`;
    const means = data.polarizations.map((_, p) => scaled(of.mean, p, of.largest[1]));
    const texts = means.map(() => `%{y:.4e} ${of.unit}` + (data.intensity ? `<br>%{customdata:.4e} ${of.density} per W m⁻²` : ""));
    if (data.intensity) Plotly.restyle(plot("polarized"), { customdata: means.map((y) => y.map((v) => v / data.intensity)) }, lines("polarized"));
    draw("polarized", means, texts, of.unit);
    element("polarized-title").textContent = `${of.title}, mean under polarized light`;
  }

  for (const id of ["observable", "component"]) element(id).addEventListener("change", update);
  update();
}
