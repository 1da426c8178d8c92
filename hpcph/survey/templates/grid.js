// The table: only the rows in sight are in the page, whatever their number.

const ROW = 30, BEYOND = 8, SAMPLE = 150; // px; rows kept above and below; rows by which columns are measured
const PADDING = 26, NARROW = 56, WIDE = 380, MARKS = 58; // px; the latter of the box and the file of a name

const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

// columns: by name; opens: has a crystal a page of its own? sort, pick, open: what is to be told of the user's doing.
function startGrid(columns, { opens, sort, pick, open }) {
  const view = element("view"), grid = element("grid"), [head, body] = [grid.tHead, grid.tBodies[0]];
  const names = columns.get("name").values, statuses = columns.get("status").values;
  let shownColumns = [], indices = [], picked = new Set(), at = 0, range = "";

  const folder = (i) => `crystals/${encodeURIComponent(names[i])}/`;
  const link = (i, file, text, title, active) => make("a", { href: folder(i) + file, textContent: text, title, target: "_blank", rel: "noopener", tabIndex: active ? 0 : -1, className: file === "result.h5" ? "file" : "" });

  function nameCell(i, active) {
    const box = make("input", { type: "checkbox", checked: picked.has(i), tabIndex: active ? 0 : -1, ariaLabel: `pick ${names[i]}`, title: "error bars and name in the figures" });
    box.addEventListener("change", () => pick(i));
    const cell = make("th", { scope: "row", className: "name", title: names[i] }, box);
    if (statuses[i] === "failed") cell.append(names[i]);
    else cell.append(link(i, "result.h5", "h5", `result.h5 of ${names[i]}`, active), opens(i) ? link(i, "report.html", names[i], names[i], active) : names[i]);
    return cell;
  }

  function row(place) {
    const i = indices[place], active = place === at;
    const cells = shownColumns.map((of) => {
      if (of.name === "name") return nameCell(i, active);
      const text = written(of, i), words = of.kind === "text" ? "words" : "";
      return make("td", { textContent: text, title: text, className: of.name === "status" ? `words ${text}` : words });
    });
    const made = make("tr", { id: `row-${place}`, className: active ? "at" : "" }, ...cells);
    made.setAttribute("aria-rowindex", place + 2);
    made.setAttribute("aria-selected", picked.has(i));
    made.addEventListener("mousedown", () => { at = place; mark(); });
    return made;
  }

  const gap = (rows) => {
    const cell = make("td", { colSpan: shownColumns.length });
    cell.style.height = `${rows * ROW}px`;
    return make("tr", { className: "gap", ariaHidden: "true" }, cell);
  };

  // Rows in sight, and empty space for those above and below.
  function render(force) {
    const first = Math.max(0, Math.floor(view.scrollTop / ROW) - BEYOND);
    const last = Math.min(indices.length, Math.ceil((view.scrollTop + view.clientHeight) / ROW) + BEYOND);
    if (!force && range === `${first} ${last}`) return;
    range = `${first} ${last}`;
    const rows = Array.from({ length: Math.max(0, last - first) }, (_, k) => row(first + k));
    body.replaceChildren(gap(first), ...rows, gap(Math.max(0, indices.length - last)));
    mark();
  }

  function mark() {
    for (const made of body.rows) made.classList.toggle("at", made.id === `row-${at}`);
    for (const inside of body.querySelectorAll("a, input")) inside.tabIndex = inside.closest("tr").id === `row-${at}` ? 0 : -1;
    if (indices.length) grid.setAttribute("aria-activedescendant", `row-${at}`);
    else grid.removeAttribute("aria-activedescendant");
  }

  const pencil = document.createElement("canvas").getContext("2d");

  // Widest text of rows here and there, in px.
  function widthOf(of) {
    const step = Math.max(1, Math.ceil(indices.length / SAMPLE)), wide = (text) => pencil.measureText(text).width;
    let longest = Math.max(NARROW, wide(`${make("span", { innerHTML: of.title }).textContent} ▼`), wide(of.unit));
    for (let k = 0; k < indices.length; k += step) longest = Math.max(longest, wide(written(of, indices[k])));
    return Math.ceil(Math.min(longest, WIDE)) + PADDING + (of.name === "name" ? MARKS : 0);
  }

  function heading(of, by) {
    const button = make("button", { type: "button", title: `${of.description || of.words} – sort` });
    button.innerHTML = of.title; // escaped where the page was made
    if (by?.name === of.name) button.append(by.down ? " ▼" : " ▲");
    if (of.unit) button.append(make("br"), make("span", { className: "unit", textContent: of.unit }));
    button.addEventListener("click", () => sort(of));
    const cell = make("th", { scope: "col", className: of.name === "name" ? "name" : of.kind === "text" ? "words" : "" }, button);
    if (by?.name === of.name) cell.setAttribute("aria-sort", by.down ? "descending" : "ascending");
    return cell;
  }

  const inSight = () => {
    const top = at * ROW, high = head.offsetHeight;
    if (top < view.scrollTop) view.scrollTop = top;
    if (top + ROW > view.scrollTop + view.clientHeight - high) view.scrollTop = top + ROW + high - view.clientHeight;
  };

  grid.addEventListener("keydown", (event) => {
    if (event.target !== grid || event.ctrlKey || event.altKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((view.clientHeight - head.offsetHeight) / ROW) - 1);
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in moves) at = Math.max(0, Math.min(indices.length - 1, at + moves[event.key]));
    else if (event.key === "Enter" && indices.length) open(indices[at]);
    else if (event.key === " " && indices.length) pick(indices[at]);
    else return;
    event.preventDefault();
    inSight();
    render(true);
  });
  let waiting = false;
  view.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; render(false); });
  });
  addEventListener("resize", () => render(false));

  // Show other columns, crystals, order, or picked crystals.
  return (chosen, found, by, marks) => {
    if (found !== indices) at = view.scrollTop = 0;
    [shownColumns, indices, picked] = [chosen, found, marks];
    const { fontSize, fontFamily } = getComputedStyle(grid);
    pencil.font = `${fontSize} ${fontFamily}`;
    const widths = shownColumns.map(widthOf);
    grid.style.width = `${widths.reduce((a, b) => a + b, 0)}px`;
    grid.setAttribute("aria-rowcount", indices.length + 1);
    head.replaceChildren(make("tr", {}, ...shownColumns.map((of) => heading(of, by))));
    [...head.rows[0].cells].forEach((cell, k) => { cell.style.width = `${widths[k]}px`; });
    body.replaceChildren(gap(indices.length)); // as high as it will be, by which is measured what is in sight
    render(true);
  };
}
