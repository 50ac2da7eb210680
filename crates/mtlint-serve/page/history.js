// What can be taken back: the browser undoes what was typed, this remembers the rest.
//
// An act is known by the texts before and after it. It is the last thing that was done if the
// text is still as it left it, whatever was typed and taken back in between.

/** So many acts are remembered; each may hold a text. */
const MAX_ACTS = 100;

export class History {
  constructor(editor) {
    this.editor = editor;
    this.done = [];
    this.undone = [];
  }

  /** Remembers an act: `{ before, after, undo, redo }`. */
  add(act) {
    this.done.push(act);
    if (this.done.length > MAX_ACTS) this.done.shift();
    this.undone = [];
  }

  /** Takes back what was done last; says whether there was something. */
  undo() {
    if (this.done.at(-1)?.after !== this.editor.text) return this.editor.step("undo");
    const act = this.done.pop();
    this.undone.push(act);
    act.undo();
    return true;
  }

  /** Does again what was taken back last; says whether there was something. */
  redo() {
    if (this.undone.at(-1)?.before !== this.editor.text) return this.editor.step("redo");
    const act = this.undone.pop();
    this.done.push(act);
    act.redo();
    return true;
  }
}
