-- mtlint for Neovim 0.11 and later. Put this file into ~/.config/nvim/lsp/ and write into
-- init.lua:  vim.lsp.enable("mtlint")
return {
  cmd = { "mtlint", "lsp" },
  filetypes = { "text", "markdown", "html" },
  root_markers = { "mtlint.toml", ".git" },
  settings = { mtlint = {} }, -- such as { sensitivity = "balanced" }
}
