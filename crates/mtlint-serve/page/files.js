// Files that are opened or dropped, and files that are saved.

import { make } from "./dom.js";

/** The largest file that is read: the server takes no larger text. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

const MARKUPS = { md: "markdown", markdown: "markdown", htm: "html", html: "html", xhtml: "html" };

/** The endings that a picker of files offers. */
export const ENDINGS = ".txt,.text,.md,.markdown,.htm,.html,.docx,text/plain";

const ending = (name) => (name.includes(".") ? name.split(".").at(-1).toLowerCase() : "");

/**
 * The text of a file, its name and its markup; throws an error that says what is wrong. `textOf`
 * gives the text of a .docx document.
 */
export async function readFile(file, textOf) {
  const kind = ending(file.name);
  if (["doc", "odt", "pdf", "rtf"].includes(kind)) {
    throw new Error(`${file.name}: files of this kind are not read. Open it in its own program, copy the text and paste it here.`);
  }
  if (file.size > MAX_FILE_BYTES) throw new Error(`${file.name} is larger than 8 MB.`);
  if (kind === "docx") {
    try {
      return { name: file.name, markup: "plain", text: await textOf(file) };
    } catch (error) {
      throw new Error(`${file.name}: ${error.message}.`);
    }
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const wide = { "255,254": "utf-16le", "254,255": "utf-16be" }[bytes.slice(0, 2).join()];
  try {
    const text = new TextDecoder(wide ?? "utf-8", { fatal: true }).decode(bytes);
    if (text.includes("\0")) throw new TypeError("binary");
    return { name: file.name, markup: MARKUPS[kind] ?? "plain", text };
  } catch {
    throw new Error(`${file.name} is not a text file in UTF-8.`);
  }
}

/** Whether a text looks like the source of a page. */
export const looksLikeHtml = (text) => /^\s*<(!doctype html|html|head|body|article|section|div|p|h[1-6])\b/i.test(text);

/** Calls back with the files that are dropped on an element. */
export function onDrop(element, onFiles) {
  const withFiles = (event) => event.dataTransfer?.types.includes("Files");
  element.addEventListener("dragover", (event) => {
    if (!withFiles(event)) return;
    event.preventDefault();
    element.classList.add("over");
  });
  element.addEventListener("dragleave", () => element.classList.remove("over"));
  element.addEventListener("drop", (event) => {
    element.classList.remove("over");
    if (!withFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    onFiles([...event.dataTransfer.files]);
  });
}

/** Saves a text as a file. */
export function save(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(address);
}

/** The name of a file without its ending. */
export const stem = (name) => name.replace(/\.[^.]*$/, "");

/** The ending of a corrected text. */
export const endingOf = (markup) => ({ markdown: "md", html: "html" })[markup] ?? "txt";
