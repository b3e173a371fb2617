"""The errors whose text is a sentence for the user."""

from __future__ import annotations


class LauncherError(Exception):
    """An error whose text is a sentence for the user."""


class BadInputError(LauncherError):
    """The input cannot be used; the sentence says what to change."""


class UnknownError(LauncherError):
    """There is no such cluster or platform."""


class WrongStateError(LauncherError):
    """The cluster is in a state that does not allow this."""


class NotAvailableError(LauncherError):
    """Something that is needed is missing or does not answer."""
