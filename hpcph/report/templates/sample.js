// Finite sample: buttons choose maps with or without feedback, the pointer reads all of them at a node.

function startSample(data) {
  const mirror = (values, sign) => (data.mirrored ? [...Array.from(values.subarray(1), (v) => sign * v).reverse(), ...values] : Array.from(values));
  const x = mirror(unpack(data.x), -1), z = Array.from(unpack(data.z)), [across, along] = data.units;
  const width = data.embedded[1], maps = Object.entries(data.maps).map(([name, { symbol, unit, values }]) => {
    const sides = Object.entries(values).map(([side, of]) =>
      [side, { z: rows(unpack(of.values), width).map((row) => mirror(row, 1).map((v) => v * of.largest)), colours: of.colours, digits: of.digits }]);
    return { name, symbol, unit, sides: Object.fromEntries(sides) };
  });
  const SIDES = ["with", "without"], symbolText = (symbol) => symbol.replace(/<sub>(.*)<\/sub>/, "_$1");
  let [side] = data.sides, node = [data.start[0], data.start[1] + x.length - width];

  function read() {
    const [row, column] = node;
    const values = maps.map(({ symbol, unit, sides }) => {
      const { z, digits } = sides[side] ?? sides.without;
      return `${symbolText(symbol)} = ${signed(+z[row][column].toPrecision(digits))} ${unit}`;
    });
    element("sample-readout").textContent = `x = ${shown(x[column])} ${across}, z = ${shown(z[row])} ${along}: ${values.join(", ")}`;
  }

  function show(chosen) {
    side = chosen;
    for (const of of SIDES) element("feedback-" + of).setAttribute("aria-pressed", of === side);
    for (const { name, symbol, unit, sides } of maps) {
      const { z: values, colours, digits } = sides[side] ?? sides.without;
      const text = `x = %{x:.4g} ${across}<br>z = %{y:.4g} ${along}<br>${symbol} = %{z:.${digits}g} ${unit}<extra></extra>`;
      Plotly.restyle(plot("sample-" + name), {
        x: [x], y: [z], z: [values], zmin: colours.zmin, zmax: colours.zmax, colorscale: [colours.colorscale],
        hovertemplate: text, "colorbar.title.text": `${symbol} (${unit})`, "colorbar.title.side": "bottom",
      });
      element(`sample-${name}-title`).textContent = name === "temperature" ? "Temperature" :
        `${name === "magnetization" ? "Magnetization" : "Angular momentum per volume"}, ${side} feedback`;
    }
    read();
  }

  for (const of of SIDES) element("feedback-" + of).addEventListener("click", () => show(of));
  for (const { name } of maps) plot("sample-" + name).on("plotly_hover", ({ points: [{ pointNumber }] }) => { node = pointNumber; read(); });
  show(side);
}
