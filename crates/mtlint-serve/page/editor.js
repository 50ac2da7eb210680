// The article, as it is edited.
//
// Every change of the text, also by a suggestion, goes through the browser's own editing, so that
// the browser's own undo takes it back.

import { Mirror } from "./mirror.js";
import { change } from "./positions.js";

/**
 * So many edits, and so long ones, are made at once through the browser: it puts in line after
 * line, in a time that grows with the square of their number. The page makes larger ones itself
 * and takes them back itself.
 */
const MAX_STEPS = 40;
const MAX_STEP_LENGTH = 10000;

/** A touch that moved further than this many pixels, or took longer, is no tap. */
const TAP_PIXELS = 10;
const TAP_MILLISECONDS = 500;

export class Editor {
  /**
   * `onEdit` gets the text and its changes, in the order in which they were made; `onPoint` the finding under the mouse, or null;
   * `onOpen` the finding that was clicked, tapped or reached with the caret, or null.
   */
  constructor(area, mirror, { onEdit, onPoint, onOpen }) {
    this.area = area;
    this.mirror = new Mirror(mirror);
    this.text = "";
    this.findings = [];
    /** Whether the page is editing: it tells of its edits itself. */
    this.busy = false;
    /** The finding whose card is open. */
    this.opened = null;
    this.calls = { onEdit, onPoint, onOpen };
    area.addEventListener("input", (event) => this.changed(event));
    area.addEventListener("mousemove", (event) => onPoint(this.mirror.idAt(event.clientX, event.clientY)));
    area.addEventListener("mouseleave", () => onPoint(null));
    area.addEventListener("click", (event) => onOpen(this.mirror.idAt(event.clientX, event.clientY)));
    area.addEventListener("keyup", (event) => this.walked(event));
    this.listenToTaps();
  }

  /** A tap on a phrase opens it without the keyboard of the screen; a second one edits. */
  listenToTaps() {
    let began = null;
    this.area.addEventListener("touchstart", (event) => {
      const { clientX: x, clientY: y } = event.touches[0];
      began = event.touches.length === 1 ? { x, y, time: event.timeStamp } : null;
    }, { passive: true });
    this.area.addEventListener("touchend", (event) => {
      const touch = event.changedTouches[0];
      if (!began || event.timeStamp - began.time > TAP_MILLISECONDS) return;
      if (Math.hypot(touch.clientX - began.x, touch.clientY - began.y) > TAP_PIXELS) return;
      const id = this.mirror.idAt(touch.clientX, touch.clientY);
      if (!id || id === this.opened) return;
      event.preventDefault();
      this.calls.onOpen(id);
    });
  }

  changed(event) {
    const text = this.area.value;
    if (text === this.text || this.busy) return;
    const caret = event?.inputType?.startsWith("history") ? undefined : this.area.selectionEnd;
    const edit = change(this.text, text, caret);
    this.tell([{ ...edit, text }]);
  }

  tell(edits) {
    this.text = edits.at(-1).text;
    this.calls.onEdit(this.text, edits);
    // While the area was too small for a moment it may have scrolled.
    this.area.scrollTop = 0;
  }

  /** The caret went through the text by keyboard. */
  walked(event) {
    if (!/^(Arrow|Home|End|Page)/.test(event.key)) return;
    const { selectionStart: at, selectionEnd: end } = this.area;
    const here = at === end && this.findings.find((one) => one.start <= at && at <= one.end);
    this.calls.onOpen(here ? here.id : null);
  }

  /**
   * Marks findings, in text order. With "edited" the lines that change have not been read yet,
   * with "read" all lines have.
   */
  mark(findings, why) {
    this.findings = findings;
    this.mirror.show(this.text, findings, why === "edited");
    if (why === "read") this.mirror.read();
  }

  /** Shows which finding is open. */
  open(id) {
    this.opened = id;
    for (const piece of this.mirror.element.querySelectorAll(".open")) piece.classList.remove("open");
    if (id) for (const piece of this.mirror.pieces(id)) piece.classList.add("open");
  }

  /** Where a finding stands, as an element of the marks. */
  place(id) {
    return this.mirror.pieces(id)[0] ?? null;
  }

  /** Puts the caret at the end of a range. */
  caret(end) {
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(end, end);
  }

  /** Replaces ranges, given in text order, none over another. */
  replace(replacements) {
    const length = (one) => one.end - one.start + one.replacement.length;
    const small = replacements.length <= MAX_STEPS && replacements.every((one) => length(one) <= MAX_STEP_LENGTH);
    const edits = [];
    let text = this.text;
    for (const { start, end, replacement } of replacements.toReversed()) {
      text = text.slice(0, start) + replacement + text.slice(end);
      edits.push({ start, removed: end - start, inserted: replacement.length, text });
    }
    this.byBrowser(() => {
      if (small) for (const one of replacements.toReversed()) this.type(one);
      if (this.area.value !== text) this.set(text);
    });
    this.tell(edits);
  }

  type({ start, end, replacement }) {
    this.area.setSelectionRange(start, end);
    document.execCommand(replacement ? "insertText" : "delete", false, replacement);
  }

  set(text) {
    const { start, removed, inserted } = change(this.area.value, text);
    this.area.setRangeText(text.slice(start, start + inserted), start, start + removed, "end");
  }

  /** The browser's own undo or redo, so often that the text becomes `wanted`, or else once. */
  step(command, wanted = null) {
    const before = this.text;
    this.byBrowser(() => {
      for (let steps = 0; steps < MAX_STEPS; steps += 1) {
        const value = this.area.value;
        document.execCommand(command);
        if (wanted === null || this.area.value === wanted || this.area.value === value) break;
      }
      if (wanted !== null && this.area.value !== wanted) this.set(wanted);
    });
    this.changed({ inputType: "history" });
    return this.text !== before;
  }

  /** Edits in the focused area, and then gives the focus back to where it was. */
  byBrowser(edit) {
    const before = document.activeElement;
    // No keyboard comes up on a screen for an edit that the page makes.
    this.area.inputMode = "none";
    this.area.focus({ preventScroll: true });
    this.busy = true;
    edit();
    this.busy = false;
    this.area.inputMode = "";
    if (before !== this.area) {
      if (before && before !== document.body) before.focus({ preventScroll: true });
      else this.area.blur();
    }
  }
}
