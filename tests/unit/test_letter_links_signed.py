"""Links of letters are ours or nothing, whatever somebody makes of them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.secretbox import SecretBox
from connector.services.access.letter_links import LetterLinks

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
DAY = timedelta(hours=24)


def links(keys: str = "key one", term: timedelta = DAY) -> LetterLinks:
    return LetterLinks(SecretBox(keys), "https://c.example", term)


def token(made: LetterLinks) -> str:
    return made.sign_in("korolev", "Т-1", "a@b.example", "/m/korolev/", NOW).rpartition("/")[2]


def test_a_link_opens_to_what_it_was_made_of() -> None:
    opened = links().open_sign_in(token(links()))
    assert opened is not None
    assert (opened.municipality, opened.recipient, opened.path) == ("korolev", "Т-1", "/m/korolev/")
    assert opened.expires_at == NOW + DAY
    assert opened.fits("A@B.example")
    assert not opened.fits("c@b.example")
    assert not opened.fits(None)


def test_two_letters_of_one_moment_have_two_links() -> None:
    assert token(links()) != token(links())


def test_a_new_key_still_opens_what_the_former_one_signed() -> None:
    assert links("new, key one").open_sign_in(token(links())) is not None
    assert links("new").open_sign_in(token(links())) is None


def test_one_purpose_s_link_is_not_another_s() -> None:
    leaving = links().unsubscribe("korolev", "T-1", ["plan_met"]).rpartition("/")[2]
    assert links().open_sign_in(leaving) is None
    assert links().open_unsubscribe(token(links())) is None
    opened = links().open_unsubscribe(leaving)
    assert opened is not None
    assert opened.kinds == ("plan_met",)


def test_where_links_sign_nobody_in_they_lead_to_pages() -> None:
    url = links(term=timedelta()).sign_in("korolev", "T-1", "a@b.example", "/m/korolev/", NOW)
    assert url == "https://c.example/m/korolev/"


GOOD = token(links())


@given(st.integers(0, len(GOOD) - 1), st.characters(codec="utf-8"))
def test_no_changed_letter_of_a_link_is_overlooked(place: int, letter: str) -> None:
    changed = GOOD[:place] + letter + GOOD[place + 1 :]
    assert (links().open_sign_in(changed) is None) == (changed != GOOD)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_=-]*", fullmatch=True))
def test_nothing_that_was_made_up_is_opened(text: str) -> None:
    assert links().open_sign_in(text) is None
    assert links().open_unsubscribe(text) is None
