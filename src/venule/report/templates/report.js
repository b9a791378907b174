"use strict";
const table = document.getElementById("overview");
if (table) {
  const body = table.tBodies[0];
  const text = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent;
  const hasNumbers = (column) => [...body.rows].some((row) => row.cells[column].dataset.value !== undefined);
  table.tHead.rows[0].querySelectorAll("th").forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const falling = head.getAttribute("aria-sort") === "ascending";
      table.tHead.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const numbers = hasNumbers(column);
      const rows = [...body.rows].sort((one, other) => {
        const [a, b] = [text(one, column), text(other, column)];
        if (a === "" || b === "") return (a === "") - (b === "");
        const order = numbers ? a - b : a.localeCompare(b, undefined, { numeric: true });
        return falling ? -order : order;
      });
      body.append(...rows);
    });
  });
  document.getElementById("search").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    const shown = (name) => name.toLowerCase().includes(wanted);
    for (const row of body.rows) row.hidden = !shown(row.cells[0].textContent);
    for (const sheet of document.querySelectorAll(".sheet")) sheet.hidden = !shown(sheet.querySelector("h2").textContent);
  });
}
const large = document.getElementById("large");
document.querySelectorAll(".pictures img").forEach((picture) => {
  picture.addEventListener("click", () => {
    large.querySelector("img").src = picture.src;
    large.querySelector("p").textContent = picture.alt;
    large.showModal();
  });
});
