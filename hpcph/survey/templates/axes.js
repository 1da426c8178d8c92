// Scales of axes and colours: linear, logarithmic, and logarithmic on both sides of zero.

const FEW = 1.5, DECADES = 6;
const isNarrow = () => innerWidth < 600;

// Those of the values that are there: sizes, and whether both signs or zeros occur.
function extent(values) {
  const seen = values.filter(Number.isFinite), sizes = seen.filter((x) => x !== 0).map(Math.abs);
  const least = sizes.reduce((a, b) => Math.min(a, b), Infinity), most = sizes.reduce((a, b) => Math.max(a, b), 0);
  return { least, most, positive: seen.every((x) => x > 0), signed: seen.some((x) => x < 0) && seen.some((x) => x > 0), any: sizes.length > 0 };
}

// Logarithmic where numbers lie decades apart, if that is what nobody has chosen.
function scaleOf(wanted, values, log = true) {
  const { least, most, positive, any } = extent(values);
  if (wanted !== "auto" || !any) return wanted === "auto" ? "linear" : wanted;
  return !log || Math.log10(most / least) < 2 ? "linear" : positive ? "log" : "symlog";
}

const powerText = (k) => (k === 0 ? "1" : k === 1 ? "10" : raised(k).replace(" × ", ""));

// Where a number stands, and ticks {at, text} at powers of ten where plotly.js has none of its own.
function scaled(scale, values) {
  if (scale === "linear") return { place: (x) => x, ticks: null };
  const { least, most, any } = extent(values);
  const low = any ? size(least) : 0, high = any ? Math.ceil(Math.log10(most)) : 1;
  const every = (first) => {
    const found = [];
    for (let k = high; k >= first; k -= Math.max(1, Math.ceil((high - first) / (isNarrow() ? 3 : 7)))) found.push(k);
    return found;
  };
  if (scale === "log") {
    const fine = high - low <= FEW ? [1, 2, 5] : [1];
    const ticks = every(low).flatMap((k) => fine.map((m) => ({ at: k + Math.log10(m), text: m === 1 ? powerText(k) : `${m} × ${powerText(k)}`.replace(" × 1", "") })));
    return { place: (x) => (x > 0 ? Math.log10(x) : NaN), ticks, step: fine.length > 1 ? undefined : Math.max(1, Math.ceil((high - low) / (isNarrow() ? 3 : 7))) };
  }
  const unit = 10 ** Math.max(low, high - DECADES), place = (x) => Math.sign(x) * Math.log10(1 + Math.abs(x) / unit);
  const powers = every(Math.log10(unit)).filter((k) => place(10 ** k) > (isNarrow() ? 0.3 : 0.08) * place(most)), side = (sign, mark) => powers.map((k) => ({ at: sign * place(10 ** k), text: mark + powerText(k) }));
  return { place, ticks: [...side(-1, "−"), { at: 0, text: "0" }, ...side(1, "").reverse()] };
}

// An axis of plotly.js; its own logarithmic one, whose ticks follow when it is enlarged.
function axisFor(of, scale, { ticks, step }) {
  const axis = { title: { text: inPlotly(of) }, exponentformat: "power", showexponent: "all", automargin: true, nticks: isNarrow() ? 4 : 0 };
  if (scale === "linear") return axis;
  if (scale === "log") return { ...axis, type: "log", dtick: step };
  return { ...axis, tickvals: ticks.map(({ at }) => at), ticktext: ticks.map(({ text }) => text) };
}

// Errors as lengths up and down from where the numbers stand.
function bars(values, errors, place, log) {
  const drawn = log ? (x) => x : place; // plotly.js takes the logarithm of a logarithmic axis itself
  const length = (sign) => values.map((x, i) => {
    const end = x + sign * errors[i], far = log && end <= 0 ? x * 1e-3 : end;
    return Number.isFinite(errors[i]) ? Math.abs(drawn(far) - drawn(x)) : 0;
  });
  return { type: "data", symmetric: false, array: length(1), arrayminus: length(-1) };
}
