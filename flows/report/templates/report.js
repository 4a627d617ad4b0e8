// The pages' only script: filters, and cells linked with their places on the page pictures. Nothing is fetched.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const box = byId("filter"), shown = byId("shown");

  // ---- filters -------------------------------------------------------------------------------------------
  const rows = [...document.querySelectorAll("#documents [data-text]")];
  const sheets = [...document.querySelectorAll(".sheet")];
  const choices = [...document.querySelectorAll("[data-filter]")];
  const doubtful = byId("doubtful");
  const texts = new Map(sheets.map((sheet) => [sheet, sheet.textContent.toLowerCase()]));

  function applyFilters() {
    const words = (box ? box.value : "").toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const text = row.dataset.text.toLowerCase();
      const fits = words.every((word) => text.includes(word)) && choices.every((choice) => {
        const wanted = choice.type === "checkbox" ? (choice.checked ? choice.value : "") : choice.value;
        return !wanted || row.dataset[choice.dataset.filter] === wanted;
      });
      row.hidden = !fits;
      count += fits;
    }
    for (const group of document.querySelectorAll("#documents tbody")) {
      group.hidden = !group.querySelector("tr[data-text]:not([hidden])");
    }
    for (const sheet of sheets) {
      const fits = words.every((word) => texts.get(sheet).includes(word))
        && !(doubtful && doubtful.checked && !sheet.querySelector("td.m-error, td.m-warning"));
      sheet.hidden = !fits;
      count += fits;
    }
    if (shown) shown.textContent = `${count} / ${rows.length + sheets.length}`;
  }
  for (const control of [box, doubtful, ...choices].filter(Boolean)) {
    control.addEventListener("input", applyFilters);
  }
  function clearFilters() {
    if (box) box.value = "";
    if (doubtful) doubtful.checked = false;
    for (const choice of choices) {
      if (choice.type === "checkbox") choice.checked = false; else choice.value = "";
    }
    applyFilters();
  }

  // ---- cells and places ----------------------------------------------------------------------------------
  const inspector = byId("inspector");
  const data = byId("checks") ? JSON.parse(byId("checks").textContent) : { checks: [], cells: {} };
  const states = { exact: "完全相等", rounding: "尾差", violated: "不符", empty: "无数", not_evaluable: "无法核对" };
  let chosen = null;

  for (const table of document.querySelectorAll("table.cells")) {
    table.setAttribute("role", "grid");
    const first = table.querySelector("tbody td");
    if (first) first.tabIndex = 0;
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  function inspect(cell, name) {
    const place = byId(`b${name}`);
    const where = place ? `第 ${place.parentNode.dataset.page} 页` : cell.dataset.l || "";
    const [table, row, column] = name.split("-");
    const head = element("p", "", "");
    head.append(element("span", "big", cell.firstChild ? cell.firstChild.textContent : "（空）"));
    const says = [cell.dataset.y ? `${cell.dataset.y} 元` : "", where, `表 ${table} 行 ${row} 列 ${column}`];
    head.append(element("span", "says", says.filter(Boolean).join(" · ")));
    const tools = element("div", "tools", "");
    const letGo = element("button", "", "✕");
    letGo.setAttribute("aria-label", "关闭 close");
    letGo.addEventListener("click", () => { release(); cell.focus(); });
    if (place) {
      // Where page and table stand one above the other the place is out of sight.
      const see = element("button", "", "看原页 page");
      see.addEventListener("click", () => place.scrollIntoView({ block: "center", inline: "center" }));
      tools.append(see);
    }
    tools.append(letGo);
    inspector.replaceChildren(head, tools);
    const list = document.createElement("ul");
    const order = (number) => (data.checks[number][1] === "violated" ? 0 : 1);
    for (const number of [...(data.cells[name] || [])].sort((a, b) => order(a) - order(b))) {
      const [code, status, zh] = data.checks[number];
      const item = document.createElement("li");
      item.append(element("code", "", code), element("span", `st-${status}`, states[status] || status), element("span", "", zh));
      list.append(item);
    }
    if (list.children.length) inspector.append(list);
    inspector.hidden = false;
    document.body.classList.add("has-inspector");
  }

  function within(container, target) {
    const outer = container.getBoundingClientRect(), inner = target.getBoundingClientRect();
    if (inner.top < outer.top || inner.bottom > outer.bottom) {
      container.scrollTop += inner.top - outer.top - outer.height / 3;
    }
    if (inner.left < outer.left || inner.right > outer.right) {
      container.scrollLeft += inner.left - outer.left - outer.width / 3;
    }
  }

  function choose(cell, focus) {
    release();
    const name = cell.id.slice(1), place = byId(`b${name}`), table = cell.closest("table");
    for (const other of table.querySelectorAll("td[tabindex]")) other.removeAttribute("tabindex");
    cell.tabIndex = 0;
    cell.classList.add("on");
    cell.setAttribute("aria-selected", "true");
    if (place) {
      place.classList.add("on");
      within(place.closest(".pages"), place);
    }
    chosen = { cell, place };
    inspect(cell, name);
    if (focus) {
      cell.focus({ preventScroll: true });
      within(cell.closest(".grid"), cell);
      // What covers the lower part of the window must not cover the cell.
      const rect = cell.getBoundingClientRect(), low = window.innerHeight - inspector.offsetHeight - 8;
      if (rect.top < 64 || rect.bottom > low) {
        window.scrollBy({ top: rect.top - Math.max(80, low / 2), behavior: "instant" });
      }
    }
  }

  function release() {
    if (!chosen) return;
    chosen.cell.classList.remove("on");
    chosen.cell.removeAttribute("aria-selected");
    if (chosen.place) chosen.place.classList.remove("on");
    chosen = null;
    inspector.hidden = true;
    document.body.classList.remove("has-inspector");
  }

  function chooseByHash(hash) {
    const cell = /^#c\d/.test(hash) ? byId(hash.slice(1)) : null;
    if (!cell) return false;
    if (cell.closest(".sheet").hidden) clearFilters();
    choose(cell, true);
    return true;
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    if (target.tagName === "rect") {
      choose(byId(`c${target.id.slice(1)}`), true);
      return;
    }
    const cell = target.closest("table.cells td");
    if (cell) {
      choose(cell, true);
      return;
    }
    const link = target.closest('a[href^="#c"]');
    if (link && chooseByHash(link.getAttribute("href"))) {
      event.preventDefault();
      history.replaceState(null, "", link.getAttribute("href"));
    }
  });
  document.addEventListener("focusin", (event) => {
    const cell = event.target.closest ? event.target.closest("table.cells td") : null;
    if (cell && (!chosen || chosen.cell !== cell)) choose(cell, false);
  });

  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  // The neighbour by what is seen: cells may be merged, so rows and columns of the markup do not tell.
  function neighbour(cell, [down, right]) {
    const from = cell.getBoundingClientRect();
    let best = null, least = Infinity;
    for (const other of cell.closest("tbody").querySelectorAll("td")) {
      if (other === cell) continue;
      const to = other.getBoundingClientRect();
      const across = down ? Math.min(from.right, to.right) - Math.max(from.left, to.left)
        : Math.min(from.bottom, to.bottom) - Math.max(from.top, to.top);
      const ahead = down ? (down > 0 ? to.top - from.bottom : from.top - to.bottom)
        : (right > 0 ? to.left - from.right : from.left - to.right);
      if (across <= 1 || ahead < -2) continue;
      const cost = ahead * 1000 + Math.abs(down ? to.left - from.left : to.top - from.top);
      if (cost < least) { least = cost; best = other; }
    }
    return best;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
    if (event.key === "/" && box && !typing) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "Escape") {
      if (chosen) release(); else clearFilters();
    } else if (steps[event.key] && event.target.closest("table.cells td")) {
      const next = neighbour(event.target.closest("td"), steps[event.key]);
      if (next) { event.preventDefault(); choose(next, true); }
    }
  });

  chooseByHash(location.hash);
  window.addEventListener("hashchange", () => chooseByHash(location.hash));
})();
