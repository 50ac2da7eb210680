// The page: an article is edited, a server reads it, findings are shown, accepted and dismissed.

import { Card } from "./card.js";
import { byId } from "./dom.js";
import { Editor } from "./editor.js";
import { endingOf, looksLikeHtml, onDrop, readFile, save, stem } from "./files.js";
import { afterEdits, allSafe, fromReport } from "./findings.js";
import { History } from "./history.js";
import { Panel } from "./panel.js";
import { Reader } from "./reader.js";
import { Siblings } from "./siblings.js";
import { abstained, counted, SENSITIVITIES, trouble } from "./words.js";

const ARTICLE = "article";

/** Who changes so much at once has pasted or cut and is not about to type on: it is read at once. */
const PASTED_LENGTH = 20;

const state = {
  name: ARTICLE,
  /** All findings of the last report that still stand in the text. */
  findings: [],
  /** The fingerprints of dismissed findings. */
  dismissed: new Set(),
  /** The last answer: the request, the report, and the report as it came. */
  answer: null,
};

const live = () => state.findings.filter((one) => !state.dismissed.has(one.id));

const request = () => ({
  id: state.name,
  text: editor.text.toWellFormed(),
  markup: byId("markup").value,
  siblings: siblings.texts(),
  sensitivity: document.querySelector("[name=sensitivity]:checked").value,
  words: true,
});

function say(words) {
  if (byId("status").textContent !== words) byId("status").textContent = words;
}

/** Says what was just done. */
function tell(words) {
  byId("did").textContent = words;
}

function alarm(words) {
  byId("alert").textContent = words;
  byId("alert").hidden = !words;
}

// Reading.

function read(soon) {
  const wanted = editor.text.trim() ? request() : null;
  if (wanted) {
    reader.ask(wanted, soon);
    return;
  }
  reader.ask(null);
  state.answer = null;
  state.findings = [];
  show("read");
  onState("idle");
}

function onState(what, problem) {
  document.body.dataset.state = what;
  byId("example").hidden = what !== "idle";
  byId("retry").hidden = what !== "trouble" || problem.kind === "token";
  byId("token-form").hidden = what !== "trouble" || problem.kind !== "token";
  if (what === "idle") say("Paste an article to begin.");
  if (what === "waiting" || what === "reading") say(state.answer ? "Reading what has changed…" : "Reading…");
  if (what === "trouble") say(trouble(problem));
}

function onReport(answer) {
  const { report, request: asked } = answer;
  state.answer = answer;
  state.findings = report.status === "scored" ? fromReport(report, asked.text, state.findings) : [];
  siblings.report(report.siblings);
  panel.report(report, asked.text, state.findings);
  onState("read");
  show("read");
}

function saySummary() {
  const { report } = state.answer;
  if (report.status === "failed") say(`Not read: ${report.error.message}`);
  else if (report.status === "abstained") say(abstained(report));
  else if (live().length === 0) say(state.findings.length ? "Nothing is left to look at." : "Nothing suspect was found.");
  else say(`${counted(live().length, "finding")}.`);
}

/** Shows the findings as they are now; `why` as the editor wants it. */
function show(why) {
  const findings = live();
  editor.mark(findings, why);
  panel.list(findings, state.findings.filter((one) => state.dismissed.has(one.id)), editor.text);
  byId("results").hidden = state.answer === null;
  const safe = allSafe(findings, editor.text);
  byId("accept-safe").hidden = safe.length === 0;
  byId("accept-safe").textContent = safe.length === 1 ? "Accept the safe correction" : `Accept all ${safe.length} safe corrections`;
  byId("steps").hidden = findings.length === 0;
  document.body.classList.toggle("found-some", findings.length > 0);
  document.title = findings.length ? `(${findings.length}) mtlint` : "mtlint";
  const at = findings.findIndex((one) => one.id === card.id);
  if (at >= 0) card.refresh(findings[at], surroundings(findings, at));
  else if (card.id) card.close(card.element.contains(document.activeElement));
  highlight();
  if (document.body.dataset.state === "read" && state.answer) saySummary();
}

/** What a card needs to know beside its finding. */
const surroundings = (findings, at) => ({
  text: editor.text,
  siblings: state.answer.request.siblings,
  place: editor.place(findings[at].id),
  number: at + 1,
  count: findings.length,
});

function highlight() {
  editor.open(card.id);
  panel.open(card.id);
}

// Changing.

function onEdit(text, edits) {
  alarm("");
  tell("");
  state.findings = afterEdits(state.findings, edits);
  show("edited");
  const most = Math.max(...edits.map((edit) => Math.max(edit.inserted, edit.removed)));
  if (edits[0].inserted === text.length && looksLikeHtml(text)) byId("markup").value = "html";
  read(most >= PASTED_LENGTH);
}

/** The finding behind or before a place, around the ends. */
function neighbour(by, from) {
  const findings = live();
  if (findings.length === 0) return null;
  const at = findings.findIndex((one) => one.id === card.id);
  if (at >= 0) return findings[(at + by + findings.length) % findings.length];
  if (by > 0) return findings.find((one) => one.start >= from) ?? findings[0];
  return findings.findLast((one) => one.end <= from) ?? findings.at(-1);
}

/** Opens the card of a finding; with `focus` it stays and the keyboard goes into it. */
function open(id, focus) {
  const findings = live();
  const at = findings.findIndex((one) => one.id === id);
  const place = editor.place(id);
  if (at < 0 || !place) return;
  if (focus) {
    const box = place.getBoundingClientRect();
    if (box.top < 60 || box.bottom > innerHeight - 60) place.scrollIntoView({ block: "center" });
  }
  card.show(findings[at], surroundings(findings, at));
  if (focus) card.focus();
  highlight();
}

function step(by) {
  const next = neighbour(by, editor.area.selectionEnd);
  if (next) open(next.id, true);
  else if (state.answer) saySummary();
}

/** After something was done in the card: on to the next finding if it was done by keyboard. */
function goOn(from, { inCard, byKeyboard }, words) {
  const next = byKeyboard && neighbour(1, from);
  if (next) open(next.id, true);
  // Where the text has the focus a screen without a mouse shows its keyboard.
  else if (inCard && matchMedia("(pointer: fine)").matches) editor.caret(Math.min(from, editor.text.length));
  tell(words);
}

/** How a click on a button of the card came about: one by keyboard has no number. */
const manner = (event) => {
  const inCard = card.element.contains(document.activeElement);
  return { inCard, byKeyboard: inCard && event.detail === 0 };
};

function accept(finding, suggestion, event) {
  const how = manner(event);
  card.forget();
  editor.replace([suggestion]);
  const { start, replacement } = suggestion;
  goOn(start + replacement.length, how, replacement.trim() ? `Accepted: ${replacement}.` : "Deleted.");
}

function acceptSafe() {
  const safe = allSafe(live(), editor.text);
  if (safe.length === 0) return;
  replaceAsOne(safe);
  tell(`Accepted ${counted(safe.length, "safe correction")}. Undo takes ${safe.length === 1 ? "it" : "them"} back.`);
  if (byId("accept-safe").hidden) byId("undo").focus();
}

/** Replaces several ranges, or a large one, so that one undo takes all of it back. */
function replaceAsOne(replacements) {
  const before = editor.text;
  editor.replace(replacements);
  const after = editor.text;
  if (after === before) return;
  history.add({ before, after, undo: () => editor.step("undo", before), redo: () => editor.step("redo", after) });
}

function dismiss(finding, event) {
  const how = manner(event);
  const { text } = editor;
  const setDismissed = (is) => {
    if (is) state.dismissed.add(finding.id);
    else state.dismissed.delete(finding.id);
    show("marks");
  };
  history.add({ before: text, after: text, undo: () => setDismissed(false), redo: () => setDismissed(true) });
  card.forget();
  setDismissed(true);
  goOn(finding.end, how, "Dismissed. Undo brings it back.");
}

function restore(id) {
  state.dismissed.delete(id);
  show("marks");
  tell("The finding is shown again.");
}

function undo() {
  tell(history.undo() ? "Undone." : "There is nothing to undo.");
}

function redo() {
  tell(history.redo() ? "Done again." : "There is nothing to redo.");
}

/** Puts files in: the first as the article, the others as siblings. */
async function takeFiles([first, ...others]) {
  if (!first) return;
  try {
    const { name, markup, text } = await readFile(first, textOf);
    byId("markup").value = markup;
    state.name = name;
    replaceAsOne([{ start: 0, end: editor.text.length, replacement: text }]);
    window.scrollTo(0, 0);
  } catch (error) {
    alarm(error.message);
  }
  if (others.length) await siblings.takeFiles(others);
}

/** Puts in an article and its sibling that the server has for this. */
async function tryExample() {
  try {
    const [article, sibling] = await Promise.all(["example.txt", "example-sibling.txt"].map(async (address) => {
      const response = await fetch(address);
      if (!response.ok) throw new Error(`the server answered with status ${response.status}.`);
      return response.text();
    }));
    siblings.put("the wire", sibling);
    replaceAsOne([{ start: 0, end: editor.text.length, replacement: article }]);
  } catch (error) {
    alarm(`The example did not come: ${error.message}`);
  }
}

// Saving.

const nameOf = (addition) => `${stem(state.name) || ARTICLE}${addition}`;

function saveText() {
  const markup = byId("markup").value;
  const types = { html: "text/html", markdown: "text/markdown" };
  save(nameOf(`.corrected.${endingOf(markup)}`), editor.text, types[markup] ?? "text/plain");
}

/** The report is one of the text as it is now; before that is read there is none to save. */
function upToDate() {
  const now = state.answer && JSON.stringify(state.answer.request) === JSON.stringify(request());
  if (!now) tell("The text is being read. Save the report when that is done.");
  return now;
}

async function saveHtml() {
  if (!upToDate()) return;
  try {
    const { words, ...asked } = state.answer.request;
    save(nameOf(".report.html"), await reader.page(asked), "text/html");
  } catch (error) {
    alarm(`The report was not saved: ${error.message}`);
  }
}

function saveJson() {
  if (upToDate()) save(nameOf(".report.json"), state.answer.source, "application/json");
}

// The parts and what they call.

const reader = new Reader({ onReport, onState });
const card = new Card(byId("evidence"), {
  accept,
  dismiss,
  step,
  closed(finding, back) {
    highlight();
    if (back) editor.caret(live().find((one) => one.id === finding.id)?.end ?? editor.area.selectionEnd);
  },
});
const editor = new Editor(byId("text"), byId("mirror"), {
  onEdit,
  onPoint(id) {
    byId("text").classList.toggle("over-phrase", id !== null);
    card.hover(id, (over) => open(over, false));
  },
  onOpen(id) {
    if (!id) {
      card.close(false);
      return;
    }
    open(id, false);
    card.kept = true;
  },
});
const history = new History(editor);
const textOf = (file) => reader.textOf(file);
const siblings = new Siblings(byId("siblings"), { onChange: () => read(false), onTrouble: alarm, textOf });
const panel = new Panel(
  { score: byId("score"), curve: byId("curve"), chips: byId("chips"), list: byId("list"), dismissedBox: byId("dismissed"), dismissedList: byId("dismissed-list") },
  {
    open: (id) => open(id, true),
    narrowed: () => show("marks"),
    restore,
    place(at) {
      const near = live().find((one) => one.end >= at) ?? live().at(-1);
      if (near) open(near.id, true);
    },
  },
);

function explainSensitivity() {
  const chosen = document.querySelector("[name=sensitivity]:checked").value;
  byId("sensitivity-note").textContent = SENSITIVITIES[chosen];
}

function onKey(event) {
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  const inOtherField = event.target !== editor.area && /^(TEXTAREA|INPUT|SELECT)$/.test(event.target.tagName);
  let does = null;
  if (event.key === "F8") does = () => step(event.shiftKey ? -1 : 1);
  else if (event.key === "Escape" && card.id) does = () => card.close(!inOtherField);
  else if (control && event.key === "Enter" && card.id) does = () => card.element.querySelector(".accept")?.click();
  else if (control && !inOtherField && key === "z") does = event.shiftKey ? redo : undo;
  else if (control && !inOtherField && key === "y") does = redo;
  if (!does || byId("help").open) return;
  event.preventDefault();
  does();
}

function listen() {
  const click = (id, does) => byId(id).addEventListener("click", does);
  click("undo", undo);
  click("redo", redo);
  click("example", tryExample);
  click("retry", () => reader.retry());
  click("accept-safe", acceptSafe);
  click("previous", () => step(-1));
  click("next", () => step(1));
  click("save-text", saveText);
  click("save-html", saveHtml);
  click("save-json", saveJson);
  click("help-open", () => byId("help").showModal());
  click("file-open", () => byId("file").click());
  byId("file").addEventListener("change", (event) => {
    takeFiles([...event.target.files]);
    event.target.value = "";
  });
  byId("markup").addEventListener("change", () => read(true));
  for (const choice of document.querySelectorAll("[name=sensitivity]")) {
    choice.addEventListener("change", () => {
      explainSensitivity();
      read(true);
    });
  }
  byId("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    reader.token = byId("token").value;
    reader.retry();
  });
  onDrop(byId("sheet"), takeFiles);
  // A file that misses its place must not open in the place of this page.
  onDrop(document.documentElement, () => alarm("Drop a file on the article or on the siblings."));
  document.addEventListener("keydown", onKey);
  document.addEventListener("mousedown", (event) => {
    if (card.id && !card.element.contains(event.target) && event.target !== editor.area) card.close(false);
  });
  addEventListener("resize", () => card.settle());
  addEventListener("beforeunload", (event) => {
    if (editor.text.trim()) event.preventDefault();
  });
}

explainSensitivity();
listen();
onState("idle");
// A browser may have kept what was typed over a reload.
editor.changed();
