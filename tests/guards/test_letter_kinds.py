"""Every kind of letter has words for everybody who gets it, and there are no words for nobody."""

from connector.domain.letter_kinds import KINDS
from connector.texts.letters import letter_names
from tests.guards.tree import none_of


def test_every_kind_has_a_template_and_no_other_has() -> None:
    assert set(letter_names({})) == set(KINDS)


def test_every_role_has_words_and_no_other_has() -> None:
    named = letter_names({})
    none_of(
        (f"{kind}.{role}.txt" for kind, roles in named.items() for role in roles - KINDS[kind]),
        "nobody in this role is told of this kind (connector.domain.letter_kinds):",
    )
