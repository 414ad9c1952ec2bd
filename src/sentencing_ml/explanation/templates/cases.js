"use strict";
// The search over the case sheets. It reads the list that stands in the page as JSON, fills copies of the page's own
// row with text, and writes no markup.
const field = (name) => document.getElementById(`case-${name}`);
const data = JSON.parse(field("data").textContent);
const body = document.getElementById("cases");
// （2019）and (2019), full and half width, upper and lower case are one; blanks do not count.
const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s/g, "");
const sought = data.rows.map(([, id, number]) => `${plain(id)}\n${plain(number)}`);
const count = (n) => n.toLocaleString("en-US");
const copyOf = (template) => field(template).content.firstElementChild.cloneNode(true);

function row([href, id, number, kind, charge, status, term, range, reason]) {
  const copy = copyOf("row");
  const words = {
    id, number, term, range, kind: data.kinds[kind] ?? "—", charge: data.charges[charge] ?? "未识别",
    status: data.statuses[status].zh, reason: data.reasons[reason] ?? "",
  };
  for (const cell of copy.querySelectorAll("[data-cell]")) cell.textContent = words[cell.dataset.cell];
  copy.querySelector("[data-cell=status]").classList.add(`tag-${data.statuses[status].kind}`);
  if (href) copy.querySelector("a").setAttribute("href", data.folder + href);
  return copy;
}

function search() {
  const id = plain(field("id").value);
  const charge = field("charge").value;
  const status = field("status").value;
  const found = data.rows.filter((item, at) => sought[at].includes(id)
    && (charge === "" || item[4] === Number(charge))
    && (status === "" || item[5] === Number(status)));
  body.replaceChildren(...found.slice(0, data.most).map(row));
  if (found.length === 0) body.append(copyOf("none"));
  const whole = found.length === data.rows.length;
  field("count").textContent = (whole ? `共 ${count(found.length)} 份` : `${count(found.length)} 份，共 ${count(data.rows.length)} 份`)
    + (found.length > data.most ? `，列出前 ${data.most} 份` : "");
}

field("search").hidden = false;
field("search").addEventListener("input", search);
field("search").addEventListener("submit", (event) => event.preventDefault());
search();
