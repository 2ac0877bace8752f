"""The vocabulary that rule files are written in."""

from connector.domain.words import learning, organisation, staff
from connector.domain.words.vocabulary import Param, ParamType, Vocabulary, Word, vocabulary

CORE = vocabulary(staff.WORDS, learning.WORDS, organisation.WORDS)
"""Every word the core brings; plugins may add theirs."""

__all__ = ["CORE", "Param", "ParamType", "Vocabulary", "Word", "vocabulary"]
