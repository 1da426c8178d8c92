// The columns of the survey: their values out of the packing, and each of them as text.

const STATUSES = ["done", "partial", "failed"];

// Numbers of which all first bytes stand together, then all second, …
async function unshuffled(base64) {
  const from = new Uint8Array(await inflated(base64).arrayBuffer()), count = from.length / 8, to = new Uint8Array(from.length);
  for (let place = 0; place < 8; place += 1) for (let i = 0; i < count; i += 1) to[8 * i + place] = from[place * count + i];
  return new Float64Array(to.buffer);
}

// Columns with values and errors [mesh, lattice], by name in a Map; marks of crystals whose structure nobody knows say nothing.
async function readColumns({ columns, words, numbers }) {
  const texts = JSON.parse(await inflate(words)), known = texts.formula.map((formula) => formula !== "");
  const read = await Promise.all(columns.map(async (of) => {
    if (of.kind === "text") return { ...of, values: texts[of.name], errors: [] };
    const [values, ...errors] = await Promise.all(numbers[of.name].map(unshuffled));
    return { ...of, values: of.kind === "flag" ? values.map((x, i) => (known[i] ? x : NaN)) : values, errors };
  }));
  return new Map(read.map((of) => [of.name, of]));
}

const isNumeric = (of) => of.kind === "number" || of.kind === "count";
const isThere = (of, i) => (of.kind === "text" ? of.values[i] !== "" : Number.isFinite(of.values[i]));
const holds = (of) => of.values.some((_, i) => isThere(of, i));
const errorsOf = (of, i) => of.errors.map((error) => error[i]);

// Digits that stand low: Si₃O₆, P3₁21.
const LOW = { formula: /(?<=[A-Za-z)])\d+/g, space_group: /_\d/g };
const lowered = (digits) => digits.replace(/[0-9_]/g, (c) => "₀₁₂₃₄₅₆₇₈₉"[c] ?? "");

// What stands in a cell, in labels and beside the figures.
function written(of, i) {
  if (!isThere(of, i)) return "–";
  const value = of.values[i], errors = errorsOf(of, i);
  if (of.kind === "text") return of.name in LOW ? value.replace(LOW[of.name], lowered) : value;
  if (of.kind === "flag") return value ? "yes" : "no";
  if (of.kind === "count") return signed(value);
  if (!of.errors.length) return five(value);
  if (value === 0 && !errors.some((error) => error > 0)) return "0 (symmetry)";
  return errors.some(Number.isFinite) ? withErrors(value, errors) : five(value);
}

// Title and unit, with high and low parts as plotly.js and the page have them.
const inPlotly = (of) => of.title + (of.unit ? ` (${of.unit})` : "");
