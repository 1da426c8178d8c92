// Finite sample: buttons choose maps with or without feedback; the pointer or two sliders read all of them at a node.

function startSample(data) {
  const mirror = (values, sign) => (data.mirrored ? [...Array.from(values.subarray(1), (v) => sign * v).reverse(), ...values] : Array.from(values));
  const x = mirror(unpack(data.x), -1).map((v) => v + 0), z = Array.from(unpack(data.z)), [across, along] = data.units;
  const width = data.embedded[1], maps = Object.entries(data.maps).map(([name, { symbol, words, unit, values }]) => {
    const sides = Object.entries(values).map(([side, of]) =>
      [side, { z: rows(unpack(of.values), width).map((row) => mirror(row, 1).map((v) => v * of.largest)), colours: of.colours, known: of.digits }]);
    return { name, symbol, words, unit, sides: Object.fromEntries(sides) };
  });
  const SIDES = ["with", "without"], titled = (name, words, side) => (name === "temperature" ? words : `${words}, ${side} feedback`);
  let [side] = data.sides, node = [data.start[0], data.start[1] + x.length - width];

  function read() {
    const [row, column] = node;
    const values = maps.map(({ symbol, unit, sides }) => {
      const { z: of, known } = sides[side] ?? sides.without;
      return `${symbol} = ${digits(of[row][column], known)} ${unit}`;
    });
    element("sample-readout").innerHTML = `x = ${shown(x[column])} ${across}, z = ${shown(z[row])} ${along}: ${values.join(", ")}`; // words of the program alone
  }

  function show(chosen) {
    side = chosen;
    for (const of of SIDES) element("feedback-" + of).setAttribute("aria-pressed", of === side);
    for (const { name, symbol, words, unit, sides } of maps) {
      const { z: values, colours, known } = sides[side] ?? sides.without;
      const label = `x = %{x:.4~g} ${across}<br>z = %{y:.4~g} ${along}<br>${symbol} = %{text} ${unit}<extra></extra>`;
      Plotly.restyle(plot("sample-" + name), {
        x: [x], y: [z], z: [values], text: [values.map((row) => row.map((v) => digits(v, known)))],
        zmin: colours.zmin, zmax: colours.zmax, colorscale: [colours.colorscale],
        hovertemplate: label, "colorbar.title.text": `${symbol} (${unit})`, "colorbar.title.side": "bottom",
      });
      element(`sample-${name}-title`).textContent = titled(name, words, side);
    }
    read();
  }

  const move = [["node-z", z, along], ["node-x", x, across]].map(([id, places, unit], at) =>
    slider(id, places, (place) => `${shown(place)} ${unit}`, node[at], () => { node[at] = +element(id).value; read(); }));
  for (const of of SIDES) element("feedback-" + of).addEventListener("click", () => show(of));
  for (const { name } of maps) plot("sample-" + name).on("plotly_hover", ({ points: [{ pointNumber }] }) => move.forEach((to, at) => to(pointNumber[at])));

  own.sample = () => {
    const columns = maps.flatMap(({ name, words, unit, sides }) => Object.entries(sides).map(([of, { z: values }]) =>
      ({ head: `${titled(name, words, of)} (${unit})`, error: data.errors[name]?.[of] ?? [], values })));
    return {
      about: columns.flatMap(({ head, error }) => error.map(([source, share]) => `error of the ${source}, ${head}: ${seven(share)} of the value`)),
      heads: [`x (${across})`, `z (${along})`, ...columns.map(({ head }) => head)],
      lines: z.flatMap((up, row) => x.map((aside, column) => [seven(aside), seven(up), ...columns.map(({ values }) => seven(values[row][column]))])),
    };
  };
  show(side);
}
