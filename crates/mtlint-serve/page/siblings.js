// Cleaner articles on the same story, which say what phrases should be.

import { make } from "./dom.js";
import { ENDINGS, onDrop, readFile } from "./files.js";
import { doubt } from "./words.js";

/** The server compares with so many at most. */
const MAX_SIBLINGS = 16;

export class Siblings {
  /**
   * `onChange` is called when a text changes, `onTrouble` with what went wrong with a file;
   * `textOf` gives the text of a .docx document.
   */
  constructor(element, { onChange, onTrouble, textOf }) {
    this.element = element;
    this.calls = { onChange, onTrouble, textOf };
    this.entries = [];
    this.made = 0;
    this.list = make("div", {});
    this.more = make("button", { type: "button", id: "more-siblings", onclick: () => this.add().area.focus() }, "Add another");
    element.append(this.list, this.more);
    onDrop(element, (files) => this.takeFiles(files));
    this.add();
  }

  /** A new, empty one. */
  add() {
    this.made += 1;
    const id = `sibling-${this.made}`;
    const entry = { name: "" };
    entry.area = make("textarea", { id, rows: 5, spellcheck: "false", autocomplete: "off",
      placeholder: "Paste it here, or drop a file.", oninput: () => {
        this.renumber();
        this.calls.onChange();
      } });
    entry.note = make("p", { class: "note", id: `${id}-note` });
    entry.area.setAttribute("aria-describedby", entry.note.id);
    entry.label = make("label", { for: id }, "");
    const file = make("input", { type: "file", class: "aside", accept: ENDINGS, multiple: true, tabindex: "-1", "aria-hidden": "true",
      onchange: (event) => { this.takeFiles([...event.target.files], entry); event.target.value = ""; } });
    entry.box = make("div", { class: "sibling" },
      make("div", { class: "bar" },
        entry.label,
        make("button", { type: "button", onclick: () => file.click() }, "Open a file…"),
        file,
        entry.remove = make("button", { type: "button", onclick: () => this.drop(entry) }, "Remove")),
      entry.area,
      entry.note);
    this.entries.push(entry);
    this.list.append(entry.box);
    this.renumber();
    return entry;
  }

  drop(entry) {
    this.entries = this.entries.filter((one) => one !== entry);
    entry.box.remove();
    if (this.entries.length === 0) this.add();
    this.renumber();
    (this.entries[0].area).focus();
    this.calls.onChange();
  }

  renumber() {
    const several = this.entries.length > 1;
    this.entries.forEach((entry, at) => {
      entry.id = entry.name || (several ? `sibling ${at + 1}` : "the sibling");
      entry.label.textContent = entry.name || (several ? `Sibling ${at + 1}` : "Text of the sibling");
      entry.remove.setAttribute("aria-label", `Remove ${entry.id}`);
      entry.remove.hidden = !several && !entry.area.value;
    });
    // Each needs a name of its own: quotes name it.
    const seen = new Map();
    for (const entry of this.entries) {
      const times = (seen.get(entry.id) ?? 0) + 1;
      seen.set(entry.id, times);
      if (times > 1) entry.id = `${entry.id} (${times})`;
    }
    this.more.hidden = this.entries.length >= MAX_SIBLINGS;
  }

  /** Puts the texts of files into an entry and into new ones. */
  async takeFiles(files, into = null) {
    for (const file of files) {
      try {
        const { name, text } = await readFile(file, this.calls.textOf);
        this.put(name, text, into);
        into = null;
      } catch (error) {
        this.calls.onTrouble(error.message);
      }
    }
    this.calls.onChange();
  }

  /** Puts a text into an entry, or into the first empty one. */
  put(name, text, into = null) {
    const empty = this.entries.find((one) => !one.area.value);
    if (!into && !empty && this.entries.length >= MAX_SIBLINGS) {
      throw new Error(`More than ${MAX_SIBLINGS} siblings are not compared.`);
    }
    const entry = into ?? empty ?? this.add();
    entry.name = name;
    entry.area.value = text;
    this.renumber();
  }

  /** Those with a text, as a request has them. */
  texts() {
    const filled = this.entries.filter((entry) => entry.area.value.trim());
    return filled.map((entry) => ({ id: entry.id, text: entry.area.value.toWellFormed() }));
  }

  /** Says of each whether it is trusted. */
  report(siblings = []) {
    for (const entry of this.entries) {
      const of = entry.area.value.trim() && siblings.find((one) => one.id === entry.id);
      entry.note.textContent = (of && doubt(of)) || "";
    }
  }
}
