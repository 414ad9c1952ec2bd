"use strict";
// The one script of the page: lights up all passages of a fact, or all facts of a passage. It writes no markup.
const marks = Array.from(document.querySelectorAll("a.mark"));
const rowsOf = (mark) => mark.dataset.rows.split(" ");
function light(ids) {
  for (const shown of document.querySelectorAll(".on")) shown.classList.remove("on");
  for (const id of ids) document.getElementById(id)?.classList.add("on");
  for (const mark of marks) if (rowsOf(mark).some((id) => ids.includes(id))) mark.classList.add("on");
}
function go(target) {
  target.scrollIntoView({ block: "center" });
  (target.matches("a") ? target : target.querySelector("a"))?.focus({ preventScroll: true });
}
document.addEventListener("click", (event) => {
  const mark = event.target.closest("a.mark");
  const row = event.target.closest("tr.fact");
  if (mark) {
    event.preventDefault();
    light(rowsOf(mark));
    go(document.getElementById(mark.dataset.rows.split(" ")[0]));
  } else if (row) {
    const link = event.target.closest("a") ?? row.querySelector("a.quote");
    light([row.id]);
    if (link) {
      event.preventDefault();
      go(document.getElementById(link.hash.slice(1)));
    }
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") light([]);
});
