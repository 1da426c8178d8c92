// Numbers with their errors and no digit beyond them, as hpcph.report.embed writes them.

const size = (x) => Math.floor(Math.log10(Math.abs(x)));
const raised = (power) => ` × 10${String(power).replace(/[-0-9]/g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻")}`;
const powered = (text) => { const [mantissa, power] = text.split("e"); return signed(power ? mantissa + raised(+power) : text); };
const shown = (x) => powered(String(+x.toPrecision(6)));
const writtenOut = (power) => power >= -3 && power < 6;

// Power of ten of the last digit of an error: it has one, two where the first is 1.
const placeOf = (error) => size(error) - (error < 2 * 10 ** size(error) ? 1 : 0);

// Power of ten of the last digit of a number.
function lastPlace(value, errors) {
  const known = errors.filter(Number.isFinite), worst = Math.max(0, ...known);
  const finest = size(value) - (known.length && known.length === errors.length ? 9 : 4);
  return worst ? Math.max(placeOf(worst), finest) : finest;
}

// Down to the power of ten of the last digit: as it is, or mantissa and power.
const plain = (x, place) => (Math.round(x / 10 ** Math.max(0, place)) * 10 ** Math.max(0, place)).toFixed(0);
const fixed = (x, place) => (place < 0 ? x.toFixed(-place) : plain(x, place));
function scientific(x, place) {
  const decimals = size(x) - place, text = x.toExponential(decimals), carried = +text.split("e")[1] > size(x); // 9.96 is 10.0
  const [mantissa, power] = (carried ? (+text).toExponential(decimals + 1) : text).split("e");
  return [mantissa, +power];
}

// An error in units of a power of ten, 0 beside numbers that are written out; very small ones keep a power.
function errorText(error, power) {
  if (error === 0) return "0";
  if (power === 0 && size(error) >= -6) return fixed(error, placeOf(error));
  const [mantissa, own] = scientific(error, placeOf(error)), decimals = mantissa.length > 1 ? mantissa.length - 2 : 0;
  return own - power < -6 ? mantissa + raised(own - power) : (mantissa * 10 ** (own - power)).toFixed(Math.max(0, decimals - own + power));
}

// Digits of a number without errors, its power of ten where it is small or large: 2.5 × 10⁻⁹.
function digits(x, count) {
  const power = x ? size(x) : 0;
  return power >= -3 && power <= 4 ? signed(+x.toPrecision(count)) : powered(x.toExponential(count - 1).replace(/\.?0+e/, "e"));
}
const five = (x) => digits(x, 5);

// A number down to some decimals; what is zero there has none.
const fixedTo = (x, decimals) => (Math.abs(x) < 0.5 * 10 ** -decimals ? "0" : signed(x.toFixed(decimals)));

// (−2.19 ± 0.14 ± 0.00005) × 10⁻¹⁷; five digits where no error is known.
function withErrors(value, errors) {
  const known = errors.filter(Number.isFinite), worst = Math.max(0, ...known);
  if (value === 0 && !worst) return "0";
  if (!known.length) return five(value);
  const place = value ? lastPlace(value, errors) : placeOf(worst), below = !value || size(value) < place;
  const rounded = below ? Math.sign(value) * (Math.abs(value) < 0.5 * 10 ** place ? 0 : 10 ** place) : value;
  const own = rounded || worst, end = rounded ? place : placeOf(worst);
  const power = writtenOut(size(own)) ? 0 : scientific(own, end)[1];
  const first = !rounded ? "0" : power ? scientific(rounded, place)[0] : fixed(rounded, place);
  const text = [first, ...known.map((error) => errorText(error, power))].join(" ± ");
  return signed(power ? `(${text})${raised(power)}` : text);
}

// Of η only the first digit, with a warning, where its error is larger: near the threshold the first order says nothing.
function amplificationText(eta, errors) {
  const known = errors.filter(Number.isFinite);
  if (!known.length) return signed(+eta.toPrecision(9));
  if (known.every((error) => error < Math.abs(eta))) return withErrors(eta, errors);
  const place = Math.min(size(eta), lastPlace(eta, errors)), warning = size(eta) < lastPlace(eta, errors) ? "≈ " : "";
  if (writtenOut(size(eta))) return signed(warning + fixed(eta, place));
  const [mantissa, power] = scientific(eta, place);
  return signed(warning + mantissa + raised(power));
}
