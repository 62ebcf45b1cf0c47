"use strict";
for (const section of document.querySelectorAll(".tradeoffs")) {
  const body = section.querySelector("tbody"), rows = [...body.rows], form = section.querySelector("form");
  const heads = [...section.querySelectorAll("thead th")], said = section.querySelector("output");

  const key = (row, at) => {
    const cell = row.cells[at];
    return "v" in cell.dataset ? Number(cell.dataset.v) : cell.textContent;
  };
  const compare = (one, other) => {
    if (typeof one === "number" && typeof other === "number") return one - other;
    return String(one).localeCompare(String(other), "en", { numeric: true });
  };
  const sort = (head, at) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const each of heads) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const figures = rows.some((row) => "v" in row.cells[at].dataset);
    // What was not measured stands last in either direction.
    const missing = (row) => figures && !("v" in row.cells[at].dataset);
    rows.sort((one, other) => missing(one) - missing(other)
      || (missing(one) ? 0 : compare(key(one, at), key(other, at)) * (down ? -1 : 1)));
    body.append(...rows);
  };
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head, at));
    head.append(button);
  });

  const filter = () => {
    const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const engine = form.elements.engine.value, feasible = form.elements.feasible.checked;
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !(words.every((word) => text.includes(word))
        && (!engine || row.dataset.engine === engine) && (!feasible || "ok" in row.dataset));
      shown += !row.hidden;
    }
    said.textContent = `${shown} of ${rows.length} rows`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
}
