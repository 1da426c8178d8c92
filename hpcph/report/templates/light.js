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

  function draw(name, ys, labels, unit) {
    Plotly.update(plot(name), { x: ys.map(() => x), y: ys, text: ys.map((y) => Array.from(y, labels)), hovertemplate: "%{x:.5~g}: %{text}" },
      { "yaxis.title.text": unit }, lines(name));
  }

  function update() {
    const of = tables[element("observable").value], component = element("component").value;
    const place = 2 * data.components.indexOf(component), label = (v) => `${five(v)} ${of.unit}`;
    draw("light", of.chi.slice(place, place + 2), label, of.unit);
    element("light-title").textContent = `${of.title}, ${component}`;
    draw("polarized", of.mean, data.intensity ? (v) => `${label(v)}<br>${five(v / data.intensity)} ${of.density} per W m⁻²` : label, of.unit);
    element("polarized-title").textContent = `${of.title}, mean under polarized light`;
  }

  own.light = () => {
    const of = tables[element("observable").value], unit = `(${of.unit})`;
    return {
      about: [`${of.title}: χ of E(t) = E exp(−iωt) + c.c., and means under polarized light, per squared field`],
      heads: [data.head, ...data.components.flatMap((name) => [`Re χ_${name} ${unit}`, `Im χ_${name} ${unit}`]), ...data.polarizations.map((name) => `mean, ${name} ${unit}`)],
      lines: Array.from(x, (at, w) => [at, ...[...of.chi, ...of.mean].map((y) => seven(y[w]))]),
    };
  };
  for (const id of ["observable", "component"]) element(id).addEventListener("change", update);
  update();
}
