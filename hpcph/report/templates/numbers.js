// Numbers with their errors and no digit beyond them, as hpcph.report.embed writes them.

const size = (x) => Math.floor(Math.log10(Math.abs(x)));
const raised = (power) => ` × 10${String(power).replace(/[-0-9]/g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻")}`;
const powered = (text) => { const [mantissa, power] = text.split("e"); return signed(power ? mantissa + raised(+power) : text); };
const shown = (x) => powered(String(+x.toPrecision(6)));
const writtenOut = (power) => power >= -3 && power < 6;

// Power of ten of the last digit of an error: it has one, two where the first is 1.
const placeOf = (error) => size(error) - (error < +`2e${size(error)}` ? 1 : 0);

// Power of ten of the last digit of a number; one that is 0 has those of its errors.
function lastPlace(value, errors) {
  const known = errors.filter(Number.isFinite), worst = Math.max(0, ...known);
  if (!value) return placeOf(worst);
  const finest = size(value) - (known.length && known.length === errors.length ? 9 : 4);
  return worst ? Math.max(placeOf(worst), finest) : finest;
}

// A number down to the power of ten of its last digit, and errors in units of it: −2.19(14)(5) × 10⁻¹⁷.
function parenthesised(value, place, errors) {
  const all = [value, ...errors].map((x) => Math.round(x / 10 ** place) + 0);
  const power = place + Math.max(...all.map((x) => (x ? size(x) : 0))), own = writtenOut(power) ? 0 : power;
  const unit = own === 0 ? 10 ** Math.max(0, place) : 1;
  const number = own === 0 && place > 0 ? String(all[0] * unit) : (all[0] * 10 ** (place - own)).toFixed(Math.max(0, own - place));
  return signed(number + all.slice(1).map((x) => `(${x * unit})`).join("") + (own ? raised(own) : ""));
}

// Digits of a number without errors, its power of ten where it is small or large: 2.5 × 10⁻⁹.
function digits(x, count) {
  const power = x ? size(x) : 0;
  return power >= -3 && power <= 4 ? signed(+x.toPrecision(count)) : powered(x.toExponential(count - 1).replace(/\.?0+e/, "e"));
}
const five = (x) => digits(x, 5);

// A number down to some decimals; what is zero there has none.
const fixedTo = (x, decimals) => (Math.abs(x) < 0.5 * 10 ** -decimals ? "0" : signed(x.toFixed(decimals)));

// With its errors, as hpcph.show.numbers.with_errors; five digits where none is known.
function withErrors(value, errors) {
  const known = errors.filter(Number.isFinite), worst = Math.max(0, ...known);
  if (value === 0 && !worst) return "0";
  return known.length ? parenthesised(value, lastPlace(value, errors), known) : five(value);
}

// Of η only the first digit, with a warning, where its error is larger: near the threshold the first order says nothing.
function amplificationText(eta, errors) {
  const known = errors.filter(Number.isFinite), place = lastPlace(eta, errors);
  if (!known.length) return signed(+eta.toPrecision(9));
  if (known.every((error) => error < Math.abs(eta))) return withErrors(eta, errors);
  return size(eta) < place ? `≈ ${parenthesised(eta, size(eta), [])}` : parenthesised(eta, place, []);
}
