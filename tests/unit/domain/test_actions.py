"""Which enrolments a route wants, and of which account in which Moodle."""

from connector.domain.actions import Account, CourseWanted, EnrolUser, enrolments_owed

LMS, OLD = Account("lms", "7"), Account("old", "70")


def owed(
    sources: tuple[str, ...], accounts: list[Account], served: tuple[str, ...]
) -> tuple[str | None, str | None]:
    (one,) = enrolments_owed("T-1", [CourseWanted("T-1/1", "1", "KPK", sources)], accounts, served)
    return one.source, one.user_id


def test_the_catalogue_says_in_which_moodle_a_course_is() -> None:
    both = ("lms", "old")
    assert owed(("old",), [LMS, OLD], both) == ("old", "70")
    assert owed(("old",), [LMS], both) == ("old", None)
    # In both Moodles: where the person is, else in the catalogue's first.
    assert owed(("lms", "old"), [OLD], both) == ("old", "70")
    assert owed(("lms", "old"), [], both) == ("lms", None)


def test_a_course_outside_the_catalogue_is_not_guessed() -> None:
    assert owed((), [LMS], ("lms",)) == ("lms", "7")
    assert owed((), [], ("lms",)) == ("lms", None)
    assert owed((), [OLD], ("lms", "old")) == ("old", "70")
    assert owed((), [LMS, OLD], ("lms", "old")) == (None, None)
    assert owed((), [LMS], ()) == (None, None)


def test_of_two_accounts_the_older_is_taken_and_another_account_is_another_action() -> None:
    assert owed(("lms",), [Account("lms", "10"), Account("lms", "9")], ("lms",)) == ("lms", "9")
    keys = {
        EnrolUser("T-1/1", "1", "T-1", "KPK", source, user).key
        for source, user in ((None, None), ("lms", None), ("lms", "7"), ("old", "7"))
    }
    assert len(keys) == 4
