// Planes of the zone: the slider changes both maps and the outline of the zone.

function startSlices(data) {
  const gd = plot("slices"), { width } = data;
  const planes = ["diagonal", "off_diagonal"].map((name) => {
    const values = unpack(data[name]), size = values.length / data.plane.length;
    return data.plane.map((_, p) => rows(part(values, p, size), width).map((row) => Array.from(row)));
  });

  function update() {
    const p = +element("plane").value;
    const path = "M" + data.corners[p].map((k) => k.join(",")).join("L") + "Z";
    const outline = ["", "2"].map((n) => ({ type: "path", path, xref: "x" + n, yref: "y" + n, line: { color: "#888", width: 2 } }));
    Plotly.update(gd, { z: planes.map((of) => of[p]) }, { shapes: data.corners[p].length ? outline : [] });
  }

  slider("plane", data.plane, (q) => shown(q), 0, update);
  update();
}
