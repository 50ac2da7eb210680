;;; mtlint.el --- mtlint in Emacs, with Eglot  -*- lexical-binding: t; -*-

;; Emacs 29 and later have Eglot; earlier ones get it from GNU ELPA. Load this file from your
;; init file; then `M-x eglot' in an article starts mtlint, and so does this for every article:
;;   (add-hook 'text-mode-hook #'eglot-ensure)

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               '((text-mode markdown-mode html-mode mhtml-mode) . ("mtlint" "lsp"))))

;; Such as (:mtlint (:sensitivity "balanced")):
;; (setq-default eglot-workspace-configuration '(:mtlint (:sensitivity "balanced")))

(provide 'mtlint)
;;; mtlint.el ends here
