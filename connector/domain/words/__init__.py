"""The vocabulary that rule files are written in."""

from connector.domain.words import (
    attestation,
    completions,
    cycle,
    deficits,
    effect,
    learning,
    organisation,
    places,
    registers,
    staff,
    staff_records,
)
from connector.domain.words.vocabulary import Param, ParamType, Vocabulary, Word, vocabulary

CORE = vocabulary(
    staff.WORDS,
    staff_records.WORDS,
    attestation.WORDS,
    learning.WORDS,
    deficits.WORDS,
    organisation.WORDS,
    completions.WORDS,
    registers.WORDS,
    places.WORDS,
    cycle.WORDS,
    effect.WORDS,
)
"""Every word the core brings; plugins may add theirs."""

__all__ = ["CORE", "Param", "ParamType", "Vocabulary", "Word", "vocabulary"]
