"use strict";
(() => {
  const root = document.documentElement;
  const marks = [...document.querySelectorAll(".f[id]")];
  const told = document.getElementById("told");
  const evidence = document.createElement("div");
  evidence.id = "evidence";
  evidence.hidden = true;
  evidence.tabIndex = -1;
  evidence.setAttribute("role", "dialog");
  evidence.setAttribute("aria-label", "Why this is suspect");
  document.body.append(evidence);
  if (marks.length) root.classList.add("js");
  let open = null;
  let kept = false;
  let closing = 0;

  const ofMark = (element) => document.getElementById(element.hash.slice(1));
  // A phrase over two sentences stands in the text as two links of one finding.
  const links = (mark) =>
    [...document.querySelectorAll('.f[href="' + mark.getAttribute("href") + '"]')];

  function light(ids, within) {
    for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
    let shown = false;
    for (const id of ids) {
      const sentence = document.getElementById(id);
      if (!sentence) continue;
      sentence.classList.add("lit");
      const pane = sentence.closest(".pane");
      if (!shown && pane && pane.scrollHeight > pane.clientHeight && getComputedStyle(pane).overflowY === "auto") {
        const top = sentence.getBoundingClientRect().top - pane.getBoundingClientRect().top;
        pane.scrollTop += top - pane.clientHeight / 3;
        shown = true;
      }
    }
    if (within) within.classList.add("lit");
  }

  const idsOf = (sentence) => (sentence ? sentence.dataset.to.split(" ").filter(Boolean) : []);

  function place(mark) {
    evidence.style.left = evidence.style.top = evidence.style.maxHeight = "";
    if (getComputedStyle(evidence).position === "fixed") {
      // Above the sheet, where it can be seen.
      const room = innerHeight - evidence.offsetHeight;
      const middle = mark.getBoundingClientRect().top - room / 2;
      if (Math.abs(middle) > room / 2 - 24) scrollBy(0, middle);
      return;
    }
    const box = mark.getClientRects()[0] || mark.getBoundingClientRect();
    const width = evidence.offsetWidth;
    const left = Math.max(8, Math.min(box.left, root.clientWidth - width - 8));
    const end = mark.getBoundingClientRect().bottom;
    const below = root.clientHeight - end - 16;
    const above = box.top - 16;
    const under = evidence.offsetHeight <= below || below >= above;
    evidence.style.maxHeight = Math.max(under ? below : above, 160) + "px";
    const top = under ? end + 8 : box.top - evidence.offsetHeight - 8;
    evidence.style.left = left + scrollX + "px";
    evidence.style.top = top + scrollY + "px";
  }

  function show(mark) {
    clearTimeout(closing);
    if (open !== mark) {
      hide();
      const card = ofMark(mark);
      if (!card) return;
      evidence.className = card.className;
      evidence.replaceChildren(...[...card.childNodes].map((node) => node.cloneNode(true)));
      for (const named of evidence.querySelectorAll("[id]")) named.removeAttribute("id");
      evidence.hidden = false;
      open = mark;
      for (const link of links(mark)) link.classList.add("open");
      const sentence = mark.closest(".s");
      light(idsOf(sentence), sentence);
      place(mark);
    }
  }

  function hide() {
    clearTimeout(closing);
    if (!open) return;
    for (const link of links(open)) link.classList.remove("open");
    evidence.hidden = true;
    open = null;
    kept = false;
    light([]);
  }

  function leave() {
    if (!kept) closing = setTimeout(hide, 200);
  }

  function keep(mark) {
    show(mark);
    kept = true;
  }

  function step(by) {
    if (!marks.length) return;
    const focused = document.activeElement && document.activeElement.closest(".f");
    const current = open || (focused && links(focused)[0]);
    let next = marks.indexOf(current) + by;
    if (!current) {
      const below = marks.findIndex((mark) => mark.getBoundingClientRect().bottom > 0);
      next = by > 0 ? Math.max(below, 0) : (below < 0 ? marks.length : below) - 1;
    }
    const mark = marks[(next + marks.length) % marks.length];
    kept = false;
    mark.focus();
    mark.scrollIntoView({ block: "center" });
    show(mark);
    place(mark);
  }

  async function copy(button) {
    const text = button.dataset.copy;
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      const field = document.createElement("textarea");
      field.value = text;
      field.className = "aside";
      const before = document.activeElement;
      document.body.append(field);
      field.select();
      done = document.execCommand("copy");
      field.remove();
      if (before) before.focus();
    }
    const words = button.dataset.words || button.textContent;
    button.dataset.words = words;
    button.textContent = done ? "Copied" : "Not copied: the browser refused";
    told.textContent = done ? "Copied " + text : "Not copied";
    setTimeout(() => { button.textContent = words; }, 1500);
  }

  for (const button of document.querySelectorAll(".copy")) button.hidden = false;

  const markOf = (event) => {
    const link = event.target.closest && event.target.closest(".f");
    return link && links(link)[0];
  };
  document.addEventListener("mouseover", (event) => {
    const mark = markOf(event);
    if (mark) { if (!kept) show(mark); return; }
    if (evidence.contains(event.target)) { clearTimeout(closing); return; }
    if (open || !event.target.closest) return;
    const sentence = event.target.closest(".s");
    light(idsOf(sentence), sentence);
  });
  document.addEventListener("mouseout", (event) => {
    if (open && (markOf(event) || evidence.contains(event.target))) leave();
  });
  document.addEventListener("focusin", (event) => {
    const mark = markOf(event);
    if (mark && !kept) show(mark);
  });
  document.addEventListener("focusout", (event) => {
    if (open && !kept && markOf(event) && !evidence.contains(event.relatedTarget)) leave();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".copy");
    if (button) { copy(button); return; }
    const mark = markOf(event);
    if (mark) {
      event.preventDefault();
      if (open === mark && kept) { hide(); mark.focus(); } else { kept = false; keep(mark); }
      return;
    }
    if (event.target.closest("#evidence a")) { hide(); return; }
    if (!evidence.contains(event.target)) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && open) { const mark = open; hide(); mark.focus({ preventScroll: true }); hide(); }
    else if (event.key === "n" || event.key === "j") step(1);
    else if (event.key === "p" || event.key === "k") step(-1);
    else if (event.key === "c" && open) {
      const button = evidence.querySelector(".copy");
      if (button) copy(button);
    } else if (event.key === "Tab" && open && kept && !event.shiftKey && !evidence.contains(document.activeElement)) {
      const first = evidence.querySelector("a, button");
      if (first) { event.preventDefault(); first.focus(); }
    }
  });
  addEventListener("resize", () => { if (open) place(open); });
})();
