-- What somebody does with mtlint in Neovim, without a screen: a garbled file is opened, a hover
-- read, a correction applied, a word accepted, and the text edited. Ends with status 0 if all of it
-- worked. MTLINT_TEST_FOLDER is an empty folder, MTLINT_CONFIG the file that a user installs.

local folder = assert(os.getenv("MTLINT_TEST_FOLDER"))
local old = vim.fn.has("nvim-0.11") == 0
local seconds = 120000

local function check(truth, what)
  if not truth then
    error(what .. "\n" .. vim.inspect(vim.diagnostic.get(0)))
  end
end

local function wait_for(what, truth)
  check(vim.wait(seconds, truth, 20), "waited in vain: " .. what)
end

local function found()
  return #vim.diagnostic.get(0)
end

local function request(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, seconds)
  local _, answer = next(answers or {})
  check(answer, method .. " was not answered")
  check(answer.error == nil, method .. ": " .. vim.inspect(answer.error))
  return answer.result
end

local function client()
  if old then
    return select(2, next(vim.lsp.buf_get_clients(0)))
  end
  return vim.lsp.get_clients({ bufnr = 0, name = "mtlint" })[1]
end

local function position_params()
  return vim.lsp.util.make_position_params(0, client().offset_encoding)
end

local function actions()
  local params = vim.lsp.util.make_range_params(0, client().offset_encoding)
  params.context = { diagnostics = {} }
  return request("textDocument/codeAction", params)
end

local function action_with(words)
  for _, action in ipairs(actions()) do
    if action.title:find(words, 1, true) then
      return action
    end
  end
  check(false, "no action says " .. words)
end

local function run(command)
  request("workspace/executeCommand", { command = command.command, arguments = command.arguments })
end

local function session()
  local config = assert(os.getenv("MTLINT_CONFIG"))
  if old then
    dofile(config)
  else
    vim.opt.runtimepath:prepend(vim.fn.fnamemodify(config, ":h:h"))
    vim.lsp.enable("mtlint")
  end
  -- Characters of two units of UTF-16 stand before the phrases.
  local path = folder .. "/article.txt"
  local file = assert(io.open(path, "w"))
  file:write("🦊🦔 The minister left Varsovie.\nThe harbour was gibberish before the twaddle race.\n")
  file:close()
  vim.cmd("filetype on")
  vim.cmd("edit " .. path)
  vim.cmd("set filetype=text")
  wait_for("diagnostics", function() return found() == 3 end)
  local first = vim.diagnostic.get(0)[1]
  local line = vim.api.nvim_buf_get_lines(0, first.lnum, first.lnum + 1, false)[1]
  check(line:sub(first.col + 1, first.end_col) == "Varsovie", "the place of the first finding")
  check(first.source == "mtlint" and first.message:find("Varsovie", 1, true), "its message")

  vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })
  local hover = request("textDocument/hover", position_params())
  check(hover.contents.value:find("Why: ", 1, true), "a hover")

  local fix = action_with("Varsovie → Warsaw")
  vim.lsp.util.apply_workspace_edit(fix.edit, client().offset_encoding)
  line = vim.api.nvim_buf_get_lines(0, 0, 1, false)[1]
  check(line == "🦊🦔 The minister left Warsaw.", "the corrected line: " .. line)
  wait_for("diagnostics of the corrected text", function() return found() == 2 end)

  vim.api.nvim_win_set_cursor(0, { 2, 17 })
  run(action_with("Accept \"gibberish\"").command)
  wait_for("an accepted word", function() return found() == 1 end)
  local written = assert(io.open(folder .. "/mtlint.toml")):read("*a")
  check(written:find("text = \"gibberish\"", 1, true), written)

  vim.api.nvim_win_set_cursor(0, { 2, 38 })
  run(action_with("Dismiss \"twaddle\"").command)
  wait_for("a dismissed finding", function() return found() == 0 end)

  -- Typed in insert mode, as a person does.
  vim.api.nvim_buf_set_lines(0, 2, 2, false, { "The street was twaddle before the race." })
  wait_for("diagnostics of what was typed", function()
    return #vim.diagnostic.get(0, { lnum = 2 }) == 1
  end)
end

local fine, problem = xpcall(session, debug.traceback)
if not fine then
  io.stderr:write("\n" .. tostring(problem) .. "\n")
  vim.cmd("cquit!")
end
vim.cmd("qall!")
