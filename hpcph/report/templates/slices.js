// Planes of the zone: the slider changes both maps and the outline of the zone.

function startSlices(data) {
  const { width, x, y, plane, power } = data, PARTS = ["diagonal", "off_diagonal"];
  const planes = PARTS.map((name) => {
    const values = unpack(data[name]), size = values.length / plane.length;
    return plane.map((_, p) => rows(part(values, p, size), width).map((row) => Array.from(row)));
  });

  function update() {
    const p = +element("plane").value, corners = data.corners[p];
    const path = "M" + corners.map((k) => k.join(",")).join("L") + "Z";
    const outline = corners.length ? [{ type: "path", path, line: { color: "#888", width: 2 } }] : [];
    PARTS.forEach((name, i) => Plotly.update(plot("slices-" + name), { z: [planes[i][p]] }, { shapes: outline }));
  }

  own.slices = () => ({
    about: ["contributions of the points of a plane to χ along the axis, at places of the page's maps"],
    heads: ["q_c of the plane", "k along a* (Å⁻¹)", "k across a* (Å⁻¹)", "χ^D (J s2 m-3)", "χ^OD (J s2 m-3)"],
    lines: plane.flatMap((q, p) => y.flatMap((ky, j) => x.map((kx, i) =>
      [q, seven(kx), seven(ky), ...PARTS.map((name, of) => seven(planes[of][p][j][i] * 10 ** power[name]))])))
      .filter((line) => Number.isFinite(line[3])),
  });
  slider("plane", plane, (q) => shown(q), 0, update);
  update();
}
