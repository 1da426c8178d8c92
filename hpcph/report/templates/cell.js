// The unit cell: a mode moves in it, which the dispersion or the lists choose.

const EDGES = 0, BONDS = 1, ORBITS = [2, 3, 4], TIPS = 5, ATOMS = 6;
const steps = (sites) => Math.max(16, Math.min(36, Math.round(1600 / sites))); // of an orbit: fewer where there are many
const FULL = 32767; // 16-bit number of the largest amplitude
const XYZ = ["x", "y", "z"];

let showMode = () => {}; // of the embedded wave vectors and branches, where there is a unit cell
const named = ({ symbol, unit }, nu) => `${symbol} = ${nu < 0 ? `${shown(-nu)}i` : shown(nu)} ${unit}`.trim();

function startCell(data) {
  const gd = plot("cell"), { branches, atoms } = data.modes;
  const q = unpack(data.modes.q), frequency = unpack(data.modes.frequency), l = unpack(data.modes.l);
  const amplitude = unpack(data.modes.amplitude);
  const state = { place: 0, branch: 0, phase: 0, cells: 1, playing: false };
  const sites = Object.fromEntries(Object.entries(data.cells).map(([count, of]) =>
    [count, { ...of, position: rows(unpack(of.position), 3), edges: rows(unpack(of.edges), 3), tips: rows(unpack(of.tips), 3) }]));
  const U = () => rows(part(amplitude, state.place * branches + state.branch, 6 * atoms), 6); // re, im of x, y, z an atom

  // Position of a site at phase ωt: r + s Re U e^{i(2π q·T − ωt)}
  function displaced(of, modes, site, phase) {
    const T = of.T[site], wave = part(q, state.place, 3), u = modes[of.atom[site]];
    const angle = 2 * Math.PI * (wave[0] * T[0] + wave[1] * T[1] + wave[2] * T[2]) - phase;
    const size = +element("amplitude").value / FULL, c = size * Math.cos(angle), s = size * Math.sin(angle);
    return of.position[site].map((r, i) => r + u[2 * i] * c - u[2 * i + 1] * s);
  }

  const columns = (points) => Object.fromEntries(XYZ.map((name, i) => [name, points.map((p) => (p ? p[i] : null))]));
  const restyle = (traces) => {
    const all = traces.map(([, points]) => columns(points));
    return Plotly.restyle(gd, Object.fromEntries(XYZ.map((name) => [name, all.map((one) => one[name])])), traces.map(([index]) => index));
  };

  function moving() {
    const of = sites[state.cells], modes = U();
    const now = of.atom.map((_, site) => displaced(of, modes, site, state.phase));
    const bonds = of.bonds.flatMap(([i, j]) => [now[i], now[j], null]);
    return [[ATOMS, now], [BONDS, bonds]];
  }

  // Sense of an atom's rotation seen against the axis: the sign of (Re U × Im U)·n
  function sense(u) {
    const [a, A, b, B, c, C] = u, n = data.axis;
    const turn = (b * C - c * B) * n[0] + (c * A - a * C) * n[1] + (a * B - b * A) * n[2];
    const size = a * a + A * A + b * b + B * B + c * c + C * C;
    return Math.abs(turn) < 0.02 * size ? 2 : turn > 0 ? 0 : 1;
  }

  function still() {
    const of = sites[state.cells], modes = U(), orbits = ORBITS.map(() => []), count = steps(of.atom.length);
    of.atom.forEach((atom, site) => {
      const line = Array.from({ length: count + 1 }, (_, i) => displaced(of, modes, site, (2 * Math.PI * i) / count));
      orbits[sense(modes[atom])].push(...line, null);
    });
    return orbits.map((points, i) => [ORBITS[i], points]);
  }

  function scene() {
    const of = sites[state.cells];
    const ranges = XYZ.map((_, i) => {
      const along = [...of.position, ...of.edges].map((p) => p[i]).filter((x) => !Number.isNaN(x));
      return [Math.min(...along) - 0.8, Math.max(...along) + 0.8];
    });
    Plotly.restyle(gd, {
      "marker.color": [of.atom.map((a) => data.colour[a])],
      "marker.size": [of.atom.map((a) => data.size[a] * Math.min(1, Math.cbrt(60 / of.atom.length)))],
      text: [of.atom.map((a) => `${data.symbol[a]}, atom ${a + 1}`)],
    }, [ATOMS]);
    const longest = Math.max(...ranges.map(([low, high]) => high - low));
    const box = ranges.flatMap(([low, high], i) => [
      [`scene.${XYZ[i]}axis.range`, [low, high]],
      [`scene.aspectratio.${XYZ[i]}`, (1.4 * (high - low)) / longest],
    ]);
    Plotly.relayout(gd, Object.fromEntries(box));
    restyle([[EDGES, of.edges.map((p) => (Number.isNaN(p[0]) ? null : p))], [TIPS, of.tips]]);
  }

  function describe() {
    const mode = state.place * branches + state.branch;
    const text = `q = ${vector(part(q, state.place, 3))}, branch ${state.branch + 1}, ${named(data.modes, frequency[mode])}, ` +
      `l = ${fixedTo(l[mode], 3)} ħ`;
    element("cell-readout").textContent = text;
    element("branch").value = state.branch + 1;
    element("wave-vector").value = state.place;
  }

  function say() {
    const degrees = (state.phase * 180) / Math.PI;
    element("phase").value = degrees;
    element("phase-value").textContent = `${Math.round(degrees)}°`;
    element("amplitude-value").textContent = `${(+element("amplitude").value).toFixed(2)}${data.length}`;
    element("speed-value").textContent = `${(+element("speed").value).toFixed(1)} turns/s`;
  }

  const redraw = () => { restyle([...still(), ...moving()]); say(); };

  function show(place, branch) {
    Object.assign(state, { place, branch });
    describe();
    redraw();
  }

  let last = 0;
  async function frame(time) {
    if (!state.playing) return;
    const turns = (Math.min(time - last, 200) / 1000) * +element("speed").value;
    last = time;
    state.phase = (state.phase + 2 * Math.PI * turns) % (2 * Math.PI);
    await restyle(moving());
    say();
    requestAnimationFrame(frame);
  }

  function play(on) {
    state.playing = on;
    element("play").textContent = on ? "Pause" : "Play";
    element("play").setAttribute("aria-pressed", on);
    last = performance.now();
    if (on) requestAnimationFrame(frame);
  }

  element("play").addEventListener("click", () => play(!state.playing));
  element("phase").addEventListener("input", ({ target }) => {
    state.phase = (+target.value * Math.PI) / 180;
    restyle(moving());
    say();
  });
  element("amplitude").addEventListener("input", redraw);
  element("speed").addEventListener("input", say);
  element("cells").addEventListener("change", ({ target }) => { state.cells = +target.value; scene(); redraw(); });
  element("branch").max = branches;
  element("branch").addEventListener("change", ({ target }) => {
    show(state.place, Math.min(Math.max(Math.round(+target.value), 1), branches) - 1);
  });
  element("wave-vector").append(...rows(q, 3).map((of, i) => new Option(vector(of), i)));
  element("wave-vector").addEventListener("change", ({ target }) => show(+target.value, state.branch));
  // What the camera looks along: the rotation's axis or an edge of the cell.
  element("view").addEventListener("change", ({ target }) => {
    if (!target.value) return;
    const edges = rows(unpack(data.cells[1].tips), 3), along = { axis: data.axis, a: edges[0], b: edges[1], c: edges[2] }[target.value];
    const length = Math.hypot(...along), [x, y, z] = Array.from(along, (v) => (2.2 * v) / length);
    const up = Math.abs(z) > 2 ? { x: 0, y: 1, z: 0 } : { x: 0, y: 0, z: 1 };
    Plotly.relayout(gd, { "scene.camera": { eye: { x, y, z }, up, center: { x: 0, y: 0, z: 0 } } });
  });
  gd.on("plotly_relayout", (change) => { if (change["scene.camera"] && !element("view").matches(":focus")) element("view").value = ""; });

  own.cell = () => {
    const [c, axes] = [sites[1], "xyz"], modes = U();
    return {
      about: [element("cell-readout").textContent, "displacement Re U e^{i(2πq·T − ωt)}, the largest |U| is 1"],
      heads: ["atom", "symbol", ...Array.from(axes, (x) => `${x} (${data.length.trim() || "1"})`), ...Array.from(axes).flatMap((x) => [`Re U_${x}`, `Im U_${x}`])],
      lines: modes.map((u, atom) => [atom + 1, data.symbol[atom], ...Array.from(c.position[atom], seven), ...Array.from(u, (v) => +(v / FULL).toFixed(5))]),
    };
  };
  scene();
  show(0, 0);
  showMode = show;
}
