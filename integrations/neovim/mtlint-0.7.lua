-- mtlint for Neovim 0.7 to 0.10. Put this file into ~/.config/nvim/plugin/.
local client
vim.api.nvim_create_autocmd("FileType", {
  pattern = { "text", "markdown", "html" },
  callback = function(event)
    client = client or vim.lsp.start_client({
      name = "mtlint",
      cmd = { "mtlint", "lsp" },
      root_dir = vim.fn.getcwd(),
      settings = { mtlint = vim.empty_dict() }, -- such as { sensitivity = "balanced" }
      on_exit = function() client = nil end,
    })
    vim.lsp.buf_attach_client(event.buf, client)
  end,
})
