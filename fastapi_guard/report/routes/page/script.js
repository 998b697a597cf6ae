"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const VERDICTS = ["none", "ineffective", "unknown", "optional", "required", "public"];
  const word = (index) => data.words[index];
  const byId = (id) => document.getElementById(id);
  const list = byId("list"), detail = byId("detail"), search = byId("search"), body = byId("body");
  const chosen = new Set();
  const rows = [];
  let current = null;

  function element(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  // `code` between backticks, everything else as it is; only text nodes are made.
  function marked(text) {
    return text.split("`").map((part, index) => (index % 2 ? element("code", "", part) : part));
  }

  function placeText(place) {
    return word(place[0]) + ":" + place[1];
  }

  function source(place) {
    const lines = data.sources[word(place[0])] || {};
    const block = element("pre", "");
    for (let number = place[1]; number <= place[2]; number += 1) {
      if (lines[number] === undefined) continue;
      if (block.childNodes.length) block.append("\n");
      const gutter = element("span", "number", String(number));
      gutter.setAttribute("aria-hidden", "true");
      block.append(gutter, lines[number]);
    }
    return block.childNodes.length ? block : null;
  }

  function placed(item, place) {
    if (!place) return item;
    item.append(element("span", "place", placeText(place)));
    const lines = source(place);
    if (lines) {
      lines.tabIndex = 0;
      item.append(lines);
    }
    return item;
  }

  function counted(operations) {
    const counts = {};
    for (const operation of operations) counts[operation.verdict] = (counts[operation.verdict] || 0) + 1;
    return counts;
  }

  function drawBar(counts, total) {
    for (const verdict of [...VERDICTS].reverse()) {
      if (!counts[verdict]) continue;
      const part = element("span", verdict);
      part.style.flexGrow = counts[verdict];
      part.title = counts[verdict] + " " + verdict;
      byId("bar").append(part);
    }
    byId("bar").setAttribute(
      "aria-label",
      VERDICTS.filter((verdict) => counts[verdict]).map((verdict) => counts[verdict] + " " + verdict).join(", ") + " of " + total
    );
    for (const verdict of VERDICTS) {
      if (!counts[verdict]) continue;
      const button = element("button", verdict, element("span", "dot"), verdict, element("span", "number", String(counts[verdict])));
      button.type = "button";
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        if (!chosen.delete(verdict)) chosen.add(verdict);
        button.setAttribute("aria-pressed", String(chosen.has(verdict)));
        filter();
      });
      byId("verdicts").append(button);
    }
  }

  function drawOperation(operation, router) {
    const button = element(
      "button", "operation " + operation.verdict,
      element("span", "verdict", element("span", "dot"), operation.verdict),
      element("span", "method", operation.methods.join(" ")),
      element("span", "path", operation.path),
      element("span", "guard", word(operation.guard))
    );
    button.type = "button";
    button.addEventListener("click", () => open(row, true));
    const row = {
      operation, button, item: element("li", "", button), router,
      text: [operation.methods.join(" ") + " " + operation.path, word(operation.handler), word(operation.guard), placeText(operation.place), router.name]
        .join("\n").toLowerCase(),
    };
    rows.push(row);
    return row.item;
  }

  function draw() {
    byId("share").textContent = data.share;
    const all = data.apps.flatMap((app) => app.routers.flatMap((router) => router.operations));
    drawBar(counted(all), all.length);
    for (const app of data.apps) {
      const boxes = element("div", "boxes");
      app.section = element("section", "", element("h2", "", app.name), boxes);
      for (const router of app.routers) {
        const counts = counted(router.operations);
        const summary = VERDICTS.filter((verdict) => counts[verdict]).map((verdict) => counts[verdict] + " " + verdict).join(", ");
        const operations = element("ul", "");
        router.box = element(
          "section", "router " + router.status + (router.operations.length > 14 ? " long" : ""),
          element("div", "top", element("span", "name", router.name || "a router"), element("span", "place", placeText(router.place)), element("span", "counts", summary)),
          operations
        );
        router.box.setAttribute("aria-label", router.name);
        for (const operation of router.operations) operations.append(drawOperation(operation, router));
        boxes.append(router.box);
      }
      list.append(app.section);
    }
    list.append(element("p", "nothing", "No operation matches."));
    if (data.left_out.length) {
      const entries = element("ul", "");
      for (const [text, place] of data.left_out) entries.append(element("li", "", text + " ", element("span", "place", place)));
      list.append(element("details", "left-out", element("summary", "", "Not in the list above: " + data.left_out.length), entries));
    }
    filter();
    const wanted = decodeURIComponent(location.hash.slice(1));
    const named = rows.find((row) => title(row.operation) === wanted);
    if (named) open(named, false);
  }

  function filter() {
    const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const isShown = (!chosen.size || chosen.has(row.operation.verdict)) && terms.every((term) => row.text.includes(term));
      row.item.hidden = !isShown;
      shown += isShown;
    }
    for (const app of data.apps) {
      for (const router of app.routers) router.box.hidden = rows.every((row) => row.router !== router || row.item.hidden);
      app.section.hidden = app.routers.every((router) => router.box.hidden);
    }
    list.querySelector(".nothing").hidden = shown > 0;
    byId("count").textContent = shown === rows.length ? rows.length + " operations" : shown + " of " + rows.length;
  }

  function title(operation) {
    return operation.methods.join("/") + " " + operation.path;
  }

  function section(name, items) {
    return items.length ? [element("h3", "", name), element("ul", "chain", ...items)] : [];
  }

  function chainItem(depth, text, place, verdict) {
    const item = element("li", verdict || "", element("span", "text" + (verdict ? " guards" : ""), ...marked(text)));
    item.style.setProperty("--depth", depth);
    return placed(item, place);
  }

  function open(row, takesFocus) {
    const operation = row.operation;
    if (current) current.button.removeAttribute("aria-current");
    current = row;
    row.button.setAttribute("aria-current", "true");
    const close = element("button", "", "Close");
    close.type = "button";
    close.addEventListener("click", shut);
    const heading = element("h2", "", title(operation));
    heading.tabIndex = -1;
    const says = element("div", "says " + operation.verdict, element("strong", "", operation.verdict));
    for (const index of operation.says) says.append(element("p", "", ...marked(word(index))));
    if (operation.schemes.length) says.append(element("p", "", "Security schemes: " + operation.schemes.map(word).join(", ")));
    detail.replaceChildren(
      element("div", "title", heading, close),
      says,
      ...section("Near misses", operation.misses.map(([text, place]) => chainItem(0, word(text), place, ""))),
      ...section("Way", operation.way.map(([depth, text, place, verdict]) => chainItem(depth, word(text), place, verdict))),
      ...section("Middlewares", operation.middlewares.map(([name, effect, place]) => chainItem(0, word(name) + ", " + word(effect), place, "")))
    );
    detail.hidden = false;
    body.classList.add("with-detail");
    detail.scrollTop = 0;
    row.button.scrollIntoView({ block: "nearest" });
    history.replaceState(null, "", "#" + encodeURIComponent(title(operation)));
    if (takesFocus) heading.focus({ preventScroll: true });
  }

  function shut() {
    if (detail.hidden) return;
    detail.hidden = true;
    body.classList.remove("with-detail");
    history.replaceState(null, "", location.pathname);
    if (current) {
      current.button.removeAttribute("aria-current");
      current.button.focus();
    }
  }

  function move(step) {
    const shown = rows.filter((row) => !row.item.hidden);
    const at = shown.findIndex((row) => row.button === document.activeElement);
    const next = shown[Math.min(Math.max(at + step, 0), shown.length - 1)];
    if (next) next.button.focus();
  }

  search.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape") {
      shut();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !detail.contains(document.activeElement)) {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    }
  });
  draw();
})();
