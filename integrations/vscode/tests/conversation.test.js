// A client of VS Code's own library speaks to the server: the same messages that VS Code sends.
// MTLINT names the program, built with the feature test-stub.

"use strict";

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { test } = require("node:test");
const { pathToFileURL } = require("node:url");
const protocol = require("vscode-languageserver-protocol/node");
const server = require("../server");

const TEXT = "🦊🦔 The minister left Varsovie.\r\nThe harbour was gibberish before the twaddle race.\r\n";

const SETTINGS = {
  path: process.env.MTLINT,
  arguments: ["--model", "stub", "--threshold", "0.3"],
};

/** What lies in a range, counted as VS Code counts: in units of UTF-16. */
function under(range) {
  const line = TEXT.split("\r\n")[range.start.line];
  return line.slice(range.start.character, range.end.character);
}

test("an article is opened, corrected and closed", { timeout: 120_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mtlint-"));
  const path = join(folder, "article.txt");
  const uri = pathToFileURL(path).href;
  writeFileSync(path, TEXT);
  const { command, args } = server.command({ get: (name) => SETTINGS[name] });
  const program = spawn(command, args, { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => program.on("exit", resolve));
  t.after(() => {
    program.kill();
    rmSync(folder, { recursive: true });
  });
  const connection = protocol.createProtocolConnection(
    new protocol.StreamMessageReader(program.stdout),
    new protocol.StreamMessageWriter(program.stdin),
  );
  const asked = [];
  for (const type of [protocol.RegistrationRequest.type, protocol.DiagnosticRefreshRequest.type]) {
    connection.onRequest(type, () => {
      asked.push(type.method);
    });
  }
  connection.listen();

  const { capabilities } = await connection.sendRequest(protocol.InitializeRequest.type, {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "articles" }],
    initializationOptions: { sensitivity: "", model: "", siblings: [] },
    capabilities: {
      workspace: {
        diagnostics: { refreshSupport: true },
        didChangeWatchedFiles: { dynamicRegistration: true },
        workspaceEdit: { documentChanges: true },
      },
      textDocument: { diagnostic: {}, hover: { contentFormat: ["markdown"] } },
    },
  });
  assert.equal(capabilities.positionEncoding, "utf-16");
  await connection.sendNotification(protocol.InitializedNotification.type, {});
  await connection.sendNotification(protocol.DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "plaintext", version: 1, text: TEXT },
  });

  const textDocument = { uri };
  const pull = () =>
    connection.sendRequest(protocol.DocumentDiagnosticRequest.type, { textDocument });
  const { kind, items } = await pull();
  assert.equal(kind, "full");
  assert.deepEqual(
    items.map((item) => under(item.range)),
    ["Varsovie", "gibberish", "twaddle"],
  );
  assert.ok(items.every((item) => item.source === "mtlint"));

  const first = items[0].range;
  const hover = await connection.sendRequest(protocol.HoverRequest.type, {
    textDocument,
    position: first.start,
  });
  assert.equal(under(hover.range), "Varsovie");
  assert.match(hover.contents.value, /Why: .*Varsovie/);

  const actions = await connection.sendRequest(protocol.CodeActionRequest.type, {
    textDocument,
    range: first,
    context: { diagnostics: [items[0]], only: ["quickfix"] },
  });
  const fix = actions.find((action) => action.title.includes("Varsovie → Warsaw"));
  const [change] = fix.edit.documentChanges;
  assert.deepEqual(change.textDocument, { uri, version: 1 });
  assert.deepEqual(change.edits, [{ range: first, newText: "Warsaw" }]);

  const dismiss = actions.find((action) => action.command?.command === "mtlint.dismiss");
  await connection.sendRequest(protocol.ExecuteCommandRequest.type, dismiss.command);
  assert.equal((await pull()).items.length, 2);
  assert.ok(asked.includes("client/registerCapability"));
  assert.ok(asked.includes("workspace/diagnostic/refresh"));

  await connection.sendRequest(protocol.ShutdownRequest.type);
  await connection.sendNotification(protocol.ExitNotification.type);
  assert.equal(await ended, 0);
});
