// What the extension does with the editor: VS Code itself and its client are stood in for.

"use strict";

const assert = require("node:assert/strict");
const Module = require("node:module");
const { test } = require("node:test");

test("the server is started, and again when its program changes", async () => {
  const settings = { path: "/opt/mtlint", arguments: ["--offline"], sensitivity: "balanced" };
  const clients = [];
  const shown = [];
  let changed;
  const vscode = {
    window: { showErrorMessage: (message) => shown.push(message) },
    workspace: {
      getConfiguration: (section) => ({
        get: (name) => (section === undefined ? settings : settings[name]),
      }),
      onDidChangeConfiguration: (listener) => {
        changed = listener;
        return { dispose() {} };
      },
    },
  };
  class LanguageClient {
    constructor(id, name, server, options) {
      Object.assign(this, { id, server, options, running: false });
      clients.push(this);
    }
    async start() {
      if (this.server.command === "/gone") {
        throw new Error("spawn /gone ENOENT");
      }
      this.running = true;
    }
    isRunning() {
      return this.running;
    }
    async stop() {
      this.running = false;
    }
  }
  const load = Module._load;
  Module._load = (name, ...rest) => {
    if (name === "vscode") return vscode;
    if (name === "vscode-languageclient/node") return { LanguageClient };
    return load(name, ...rest);
  };
  const extension = require("../extension");
  Module._load = load;

  const context = { subscriptions: [] };
  await extension.activate(context);
  assert.equal(context.subscriptions.length, 1);
  assert.deepEqual(clients[0].server, { command: "/opt/mtlint", args: ["lsp", "--offline"] });
  assert.equal(clients[0].options.initializationOptions.sensitivity, "balanced");
  assert.equal(clients[0].options.synchronize.configurationSection, "mtlint");
  const languages = clients[0].options.documentSelector.map((one) => one.language);
  assert.deepEqual([...new Set(languages)].sort(), ["html", "markdown", "plaintext"]);

  await changed({ affectsConfiguration: (name) => name === "mtlint.sensitivity" });
  assert.equal(clients.length, 1);
  settings.path = "/gone";
  await changed({ affectsConfiguration: (name) => name === "mtlint.path" });
  assert.deepEqual(clients.map((client) => client.running), [false, false]);
  assert.match(shown[0], /ENOENT.*"\/gone"/);
  await extension.deactivate();
});
