"use strict";
// The one script of the reports: hides the rows that do not match. It reads data-* attributes and writes no markup.
const form = document.getElementById("search");
const field = (name) => document.getElementById(name);
const rows = Array.from(document.querySelectorAll("#cases tr[data-id]"));
function filter() {
  const id = field("by-id").value.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const fits = row.dataset.id.toLowerCase().includes(id)
      && (!field("by-charge").value || row.dataset.charge === field("by-charge").value)
      && (!field("by-status").value || row.dataset.status === field("by-status").value);
    row.hidden = !fits;
    shown += fits ? 1 : 0;
  }
  field("count").textContent = shown === rows.length ? `共 ${shown} 份` : `${shown} 份，共 ${rows.length} 份`;
}
form.hidden = false;
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
