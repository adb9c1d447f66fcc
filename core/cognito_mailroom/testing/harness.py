"""Describes a provider to the contract: its stand-in, and the faults that cannot happen there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Protocol

from .faults import Death, Fault
from .stand_in import ReceivedMail


class Counterpart(Protocol):
    """A provider's server, for the length of one test."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The settings that point the plugin there; `meet` may change them."""

    @property
    def messages(self) -> Sequence[ReceivedMail]:
        """What the provider took, in order of arrival."""

    @property
    def connections(self) -> int:
        """How many there were."""

    @property
    def attempts(self) -> int:
        """How many mails a client handed over, whatever became of them."""

    def meet(self, fault: Fault, words: str) -> None:
        """Has the next mail meet a fault; ``words`` are what the provider says, where it says anything."""

    def heal(self) -> None:
        """Ends the fault."""

    def die(self, death: Death) -> None:
        """Has the connection die that was kept after a mail."""


class Harness(ABC):
    """One provider, as the contract sees it."""

    provider: str
    """The entry point's name."""
    exempt: Mapping[Fault | Death, str] = MappingProxyType({})
    """What cannot happen at this provider, and why; pytest shows it as skipped, with ``-rs`` the reason."""
    succeeds: Mapping[Fault, str] = MappingProxyType({})
    """What is a success at this provider, and why: an empty body, where the API promises none."""
    hosted_template: str = "sentinel-template"
    """What may stand for a template's name or id."""
    server_loggers: Sequence[str] = ()
    """The loggers of the stand-in, which is allowed to say what it got."""

    @abstractmethod
    def counterpart(self) -> AbstractContextManager[Counterpart]:
        """The provider's server, up and running."""
