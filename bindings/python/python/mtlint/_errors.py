"""The exceptions of the package."""

__all__ = ["Error", "InputError", "LintError", "ModelError", "PoolError"]


class Error(Exception):
    """What mtlint raises. The message says what is wrong, and the way out."""


class ModelError(Error):
    """The language model cannot be found, fetched or loaded."""


class InputError(Error, ValueError):
    """An argument has a value that mtlint cannot take, or a text is no text or too large."""


class LintError(Error):
    """The language model failed on a text, or mtlint itself did."""


class PoolError(Error):
    """A pool of articles cannot be made or searched."""
