// What a reader takes along: numbers of a section as CSV, a figure as SVG. Both are made here, nothing is fetched.

const own = {}; // tables that the scripts of the parts make of what they show, by section

function download(name, type, text) {
  const link = document.createElement("a"), address = URL.createObjectURL(new Blob([text], { type }));
  Object.assign(link, { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

const field = (x) => (typeof x === "number" ? (Number.isFinite(x) ? String(x) : "") : /[",\n\r]/.test(x) ? `"${x.replaceAll('"', '""')}"` : x);

// Lines of comment, a line of heads with units and errors, a line a row.
function csv(title, { about, heads, lines }) {
  const comments = [title, ...about].map((line) => "# " + line.replace(/\s+/g, " "));
  return [...comments, heads.map(field).join(","), ...lines.map((line) => line.map(field).join(","))].join("\n") + "\n";
}

// A table of the result: rows are all combinations of its index, the last of it runs fastest.
function fromResult({ about, index, columns }) {
  const values = columns.map((of) => unpack(of.values)), rest = index.map((_, i) => index.slice(i + 1).reduce((n, of) => n * of.values.length, 1));
  const count = index.reduce((n, of) => n * of.values.length, 1);
  const lines = Array.from({ length: count }, (_, row) =>
    [...index.map((of, i) => of.values[Math.floor(row / rest[i]) % of.values.length]), ...values.map((of) => of[row])]);
  return { about, heads: [...index, ...columns].map((of) => of.head), lines };
}

// Seven digits are what four bytes hold.
const seven = (x) => +x.toPrecision(7);

// As text of an SVG, on white whatever the page is.
async function svg(name, themes) {
  const { data, layout, clientWidth: width, clientHeight: height } = plot(name);
  const template = structuredClone(themes.white);
  const address = await Plotly.toImage({ data, layout: { ...layout, template } }, { format: "svg", width, height });
  return decodeURIComponent(address.slice(address.indexOf(",") + 1));
}

function startSaving(section, tables, themes) {
  const title = document.querySelector("h1").textContent;
  for (const button of section.querySelectorAll("[data-csv]")) {
    const { csv: name, table } = button.dataset, of = table === undefined ? null : tables[name][+table];
    const file = [name, of?.name].join(" ").trim().replace(/[ ,]+/g, "-");
    button.addEventListener("click", () => download(`${file}.csv`, "text/csv", csv(title, of ? fromResult(of) : own[name]())));
  }
  for (const button of section.querySelectorAll("[data-svg]")) {
    const name = button.dataset.svg;
    button.addEventListener("click", async () => download(`${name}.svg`, "image/svg+xml", await svg(name, themes)));
  }
}
