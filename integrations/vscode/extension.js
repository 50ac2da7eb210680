// mtlint in VS Code: starts `mtlint lsp` and connects it to the editor.

"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");
const server = require("./server");

/** The part of the settings that is mtlint's. */
const SECTION = "mtlint";

let client;

async function start() {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const options = {
    documentSelector: server.documents(),
    initializationOptions: vscode.workspace.getConfiguration().get(SECTION),
    synchronize: { configurationSection: SECTION },
  };
  client = new LanguageClient(SECTION, SECTION, server.command(settings), options);
  try {
    await client.start();
  } catch (problem) {
    const path = settings.get("path");
    vscode.window.showErrorMessage(
      `mtlint could not be started: ${problem.message ?? problem}. The setting mtlint.path is "${path}".`,
    );
  }
}

async function stop() {
  const ending = client;
  client = undefined;
  if (ending?.isRunning()) {
    await ending.stop();
  }
}

async function activate(context) {
  const changed = vscode.workspace.onDidChangeConfiguration(async (event) => {
    // All else reaches the server while it runs.
    const restart = ["path", "arguments"].some((name) =>
      event.affectsConfiguration(`${SECTION}.${name}`),
    );
    if (restart) {
      await stop();
      await start();
    }
  });
  context.subscriptions.push(changed);
  await start();
}

module.exports = { activate, deactivate: stop };
