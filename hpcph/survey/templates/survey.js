// The state of the view, which stands in the fragment of the address, and what changes it.

const LATER = 120; // ms of quiet before the figures follow

addEventListener("DOMContentLoaded", async () => {
  const embedded = JSON.parse(element("embedded").textContent), { themes, colours } = embedded;
  const columns = await readColumns(embedded), all = [...columns.values()];
  const names = columns.get("name").values, statuses = columns.get("status").values, indexOf = new Map(names.map((name, i) => [name, i]));
  const numeric = all.filter((of) => isNumeric(of) && holds(of)).sort((a, b) => Boolean(b.errors.length) - Boolean(a.errors.length));
  const marks = all.filter((of) => of.kind === "flag"), limitable = [...numeric, ...marks], pickable = numeric.map((of) => of.name);
  const different = numeric.filter((of, k) => numeric.findIndex(({ unit }) => unit === of.unit) === k).map((of) => of.name); // first of each unit
  const usual = () => ({
    search: "", status: [...STATUSES], filters: [], sort: null, magnitude: false, columns: all.filter((of) => of.start).map((of) => of.name), picked: new Set(),
    x: different[1] ?? pickable[1] ?? pickable[0], y: pickable[0], colour: different[2] ?? pickable[0], "x-scale": "auto", "y-scale": "auto", "colour-scale": "auto",
    ranked: pickable[0], way: "size", top: "20", "ranked-scale": "auto",
  });
  const LISTS = ["x", "y", "colour", "x-scale", "y-scale", "colour-scale", "ranked", "way", "top", "ranked-scale"];
  let state = usual(), indices = [], own = "";

  // To the fragment and back; what it does not know is left as it is.
  function fragment() {
    const start = usual(), said = new URLSearchParams();
    if (state.search) said.set("search", state.search);
    if (state.status.length < STATUSES.length) said.set("status", state.status.join(","));
    for (const { column, low, high } of state.filters) said.append("filter", `${column}:${low ?? ""}:${high ?? ""}`);
    if (state.sort) said.set("sort", (state.sort.down ? "-" : "") + state.sort.name);
    if (state.magnitude) said.set("magnitude", "1");
    if (state.columns.join() !== start.columns.join()) said.set("columns", state.columns.join(","));
    for (const list of LISTS) if (state[list] !== start[list]) said.set(list, state[list]);
    for (const i of state.picked) said.append("picked", names[i]);
    return said.toString();
  }

  function fromFragment(text) {
    const said = new URLSearchParams(text), found = usual(), number = (word) => (word === "" || !Number.isFinite(+word) ? null : +word);
    found.search = said.get("search") ?? "";
    if (said.has("status")) found.status = STATUSES.filter((name) => said.get("status").split(",").includes(name));
    found.filters = said.getAll("filter").map((word) => word.split(":")).filter(([name]) => limitable.some((of) => of.name === name))
      .map(([column, low = "", high = ""]) => ({ column, low: number(low), high: number(high) }));
    const sort = said.get("sort") ?? "", name = sort.replace(/^-/, "");
    if (columns.has(name)) found.sort = { name, down: sort !== name };
    found.magnitude = said.get("magnitude") === "1";
    if (said.has("columns")) found.columns = said.get("columns").split(",").filter((one) => columns.has(one));
    if (!found.columns.includes("name")) found.columns.unshift("name");
    for (const list of LISTS) if ([...element(list).options].some(({ value }) => value === said.get(list))) found[list] = said.get(list);
    found.picked = new Set(said.getAll("picked").flatMap((one) => (indexOf.has(one) ? [indexOf.get(one)] : [])));
    return found;
  }

  const unreported = new Set(embedded.unreported), opens = (i) => statuses[i] !== "failed" && !unreported.has(names[i]);
  const open = (i) => { if (opens(i)) window.open(`crystals/${encodeURIComponent(names[i])}/report.html`, "_blank", "noopener"); };
  const pick = (i) => { if (!state.picked.delete(i)) state.picked.add(i); changed(); };
  function sort(of) {
    const first = of.kind !== "text"; // numbers: largest first
    state.sort = state.sort?.name !== of.name ? { name: of.name, down: first } : state.sort.down === first ? { name: of.name, down: !first } : null;
    changed();
    document.querySelectorAll("#grid thead button")[shownColumns().findIndex(({ name }) => name === of.name)].focus({ preventScroll: true });
  }
  const shownColumns = () => all.filter((of) => state.columns.includes(of.name)).sort((a, b) => (b.name === "name") - (a.name === "name"));
  const grid = startGrid(columns, { opens, sort, pick, open });
  let figures = null, waiting = 0;

  async function draw() {
    if (!figures || !numeric.length) return;
    const { x, y, colour, ranked } = Object.fromEntries(["x", "y", "colour", "ranked"].map((list) => [list, columns.get(state[list])]));
    await figures.scatter.show(indices, state.picked, { x, y, colour }, ["x", "y", "colour"].map((list) => state[`${list}-scale`]));
    await figures.ranking(indices, ranked, state.way, +state.top, state["ranked-scale"]);
  }

  let key = null;
  function changed() {
    const { search, status, filters, sort: by, magnitude } = state, wanted = JSON.stringify([search, status, filters, by, magnitude]);
    if (key !== wanted) {
      const found = passing(columns, state);
      indices = by ? sorted(columns.get(by.name), found, by.down, magnitude) : found;
      key = wanted;
    }
    grid(shownColumns(), indices, by, state.picked);
    element("count").textContent = `${indices.length} of ${names.length} crystals`;
    for (const button of document.querySelectorAll("[data-status]")) button.setAttribute("aria-pressed", status.includes(button.dataset.status));
    own = fragment();
    if (own !== location.hash.slice(1)) history.replaceState(null, "", own ? `#${own}` : location.pathname + location.search);
    clearTimeout(waiting);
    waiting = setTimeout(draw, LATER);
  }

  function limit(filter) {
    const of = columns.get(filter.column), remove = make("button", { type: "button", textContent: "×", ariaLabel: `no filter of ${of.words}` });
    const title = make("span");
    title.innerHTML = inPlotly(of);
    const field = make("fieldset", { title: of.description, ariaLabel: of.words });
    remove.addEventListener("click", () => { state.filters = state.filters.filter((other) => other !== filter); controls(); changed(); });
    if (of.kind === "flag") {
      const list = make("select", { ariaLabel: of.words }, new Option("yes", 1), new Option("no", 0));
      if (filter.low === null) filter.low = filter.high = 1;
      list.value = filter.low;
      list.addEventListener("change", () => { filter.low = filter.high = +list.value; changed(); });
      field.append(title, list, remove);
      return field;
    }
    const inputs = ["low", "high"].map((end) => {
      const input = make("input", { type: "number", step: "any", ariaLabel: `${of.words} ${end}`, placeholder: end === "low" ? "from" : "to", value: filter[end] ?? "" });
      input.addEventListener("input", () => { filter[end] = input.value === "" ? null : +input.value; changed(); });
      return input;
    });
    field.append(title, ...inputs, remove);
    return field;
  }

  // Everything that has a state of its own shows that of the view.
  function controls() {
    element("search").value = state.search;
    element("magnitude").checked = state.magnitude;
    for (const list of LISTS) if (state[list] !== undefined) element(list).value = state[list];
    element("filters").replaceChildren(...state.filters.map(limit));
    for (const box of document.querySelectorAll("#columns input")) box.checked = state.columns.includes(box.value);
  }

  function download(name, type, text) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  for (const list of ["x", "y", "ranked"]) element(list).append(...numeric.map((of) => new Option(of.listed, of.name)));
  element("colour").append(...limitable.map((of) => new Option(of.listed, of.name)));
  element("filter").append(new Option("by a number …", ""), ...limitable.map((of) => new Option(of.listed, of.name)));
  element("columns").append(...all.filter((of) => of.name !== "name").map((of) => {
    const box = make("input", { type: "checkbox", value: of.name });
    box.addEventListener("change", () => {
      state.columns = box.checked ? [...state.columns, of.name] : state.columns.filter((name) => name !== of.name);
      changed();
    });
    return make("label", { title: of.description }, box, of.listed);
  }));
  element("search").addEventListener("input", ({ target }) => { state.search = target.value; changed(); });
  element("magnitude").addEventListener("change", ({ target }) => { state.magnitude = target.checked; changed(); });
  element("filter").addEventListener("change", ({ target }) => {
    if (target.value) state.filters = [...state.filters, { column: target.value, low: null, high: null }];
    target.value = "";
    controls();
    changed();
    element("filters").lastElementChild?.querySelector("input, select")?.focus();
  });
  for (const button of document.querySelectorAll("[data-status]")) {
    button.addEventListener("click", () => {
      const { status } = button.dataset;
      state.status = STATUSES.filter((name) => (name === status) !== state.status.includes(name));
      changed();
    });
  }
  for (const list of LISTS) element(list).addEventListener("change", ({ target }) => { state[list] = target.value; changed(); });
  element("reset").addEventListener("click", () => { state = usual(); controls(); changed(); });
  element("csv").addEventListener("click", () => download("survey.csv", "text/csv", asCsv(columns, indices)));
  element("svg").addEventListener("click", async () => {
    if (!figures || !numeric.length) return;
    await draw(); // of the view as it is now
    download("survey.svg", "image/svg+xml", await figures.scatter.svg());
  });
  for (const link of document.querySelectorAll("nav a")) { // the fragment is the view's
    link.addEventListener("click", (event) => { event.preventDefault(); document.querySelector(link.getAttribute("href")).scrollIntoView(); });
  }
  const read = () => { state = fromFragment(location.hash.slice(1)); controls(); changed(); };
  addEventListener("hashchange", () => { if (location.hash.slice(1) !== own) read(); });
  dark.addEventListener("change", draw);
  read();
  performance.mark("table");
  await new Promise((painted) => setTimeout(painted));
  await loadPlotly();
  figures = { scatter: startScatter(columns, themes, colours, open), ranking: startRanking(columns, themes, open) };
  await draw();
  performance.mark("figures");
  document.body.dataset.ready = "true";
});
