// Which crystals are seen, in which order, and as CSV. Nothing here touches the page.

// A word of the search; capitals matter where there are any.
function matcher(word) {
  const exact = word !== word.toLowerCase();
  return exact ? (text) => text.includes(word) : (text) => text.toLowerCase().includes(word);
}

// Indices of the crystals that pass the search, the statuses and every filter {column, low, high}.
function passing(columns, { search, status, filters }) {
  const all = [...columns.values()], statuses = columns.get("status").values, words = search.split(/\s+/).filter(Boolean).map(matcher);
  const searched = all.filter((of) => of.searched).map((of) => of.values);
  const limits = filters.map(({ column, low, high }) => [columns.get(column).values, low, high]);
  return statuses.map((_, i) => i).filter((i) =>
    status.includes(statuses[i])
    && words.every((matches) => searched.some((values) => matches(values[i])))
    && limits.every(([values, low, high]) => (low === null && high === null ? true : values[i] >= (low ?? -Infinity) && values[i] <= (high ?? Infinity))));
}

// The same indices sorted by a column; what is not there comes last, whichever way; equal ones keep their order.
function sorted(of, indices, down, magnitude) {
  const there = indices.filter((i) => isThere(of, i)), missing = indices.filter((i) => !isThere(of, i)), sign = down ? -1 : 1;
  if (of.kind === "text") {
    const { compare } = new Intl.Collator("en", { numeric: true });
    there.sort((i, j) => sign * compare(of.values[i], of.values[j]) || i - j);
  } else {
    const keys = magnitude && of.kind === "number" ? of.values.map(Math.abs) : of.values;
    there.sort((i, j) => sign * (keys[i] - keys[j]) || i - j);
  }
  return there.concat(missing);
}

const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

// All columns of these crystals, errors after their numbers, with units; nine digits, empty where there is nothing.
function asCsv(columns, indices) {
  const heads = [], bodies = [], named = (name, { plain }) => (plain && plain !== "1" ? `${name} (${plain})` : name);
  for (const of of columns.values()) {
    const digits = (values) => (i) => (Number.isFinite(values[i]) ? String(+values[i].toPrecision(9)) : "");
    heads.push(named(of.name, of));
    bodies.push(of.kind === "text" ? (i) => of.values[i]
      : of.kind === "flag" ? (i) => (isThere(of, i) ? String(Boolean(of.values[i])) : "") : digits(of.values));
    of.errors.forEach((error, k) => {
      heads.push(named(of.name + ["_error", "_lattice_error"][k], of));
      bodies.push(digits(error));
    });
  }
  const lines = [heads, ...indices.map((i) => bodies.map((body) => body(i)))];
  return lines.map((line) => line.map(quoted).join(",") + "\r\n").join("");
}
