// How the server is started, and for which documents. Nothing here needs VS Code.

"use strict";

/** The languages of documents that mtlint reads. */
const LANGUAGES = ["plaintext", "markdown", "html"];

/**
 * The command that starts the server.
 * @param {{ get(name: string): unknown }} settings the settings below "mtlint"
 */
function command(settings) {
  const path = String(settings.get("path") || "mtlint");
  const further = settings.get("arguments");
  return { command: path, args: ["lsp", ...(Array.isArray(further) ? further.map(String) : [])] };
}

/** The documents that the server is told of. */
function documents() {
  const schemes = ["file", "untitled"];
  return schemes.flatMap((scheme) => LANGUAGES.map((language) => ({ scheme, language })));
}

module.exports = { command, documents };
