"""Who a pointer is about: Moodle's number for the user, and what Moodle shows of the account."""

from connector.domain.signals import Pointer
from connector.moodle import questions
from connector.moodle.answers import Answers
from connector.moodle.interpretation import AccountSeen, Interpretation
from connector.moodle.questions import Function, Question
from connector.moodle.schemas import User, UserSchema

_USERS = UserSchema(many=True)


def user_id_of(pointer: Pointer, answers: Answers) -> str | None:
    """The number of the pointer's user; None if nobody, or more than one, bears what it tells."""
    if pointer.user_id:
        return pointer.user_id
    users = _named(pointer, answers)
    return users[0].id if len(users) == 1 else None


def why_nobody(pointer: Pointer, answers: Answers) -> str:
    """Reason code where user_id_of finds nobody: Moodle lets accounts share an e-mail."""
    is_shared = not pointer.user_id and len(_named(pointer, answers)) > 1
    return "user_ambiguous" if is_shared else "user_not_found"


def _named(pointer: Pointer, answers: Answers) -> list[User]:
    for field, value in (
        ("idnumber", pointer.user_idnumber),
        ("username", pointer.username),
        ("email", pointer.user_email),
    ):
        if value:
            question = Question.of(Function.USERS, **{"field": field, "values[0]": value})
            return _users(answers, question)
    return []


def account_of(user_id: str, answers: Answers) -> AccountSeen:
    """The account as Moodle shows it. One that is not shown is known by its number alone."""
    users = [user for user in _users(answers, questions.user_by_id(user_id)) if user.id == user_id]
    if not users:
        return AccountSeen(user_id)
    user = users[0]
    if _is_deleted(user):
        return AccountSeen(user_id, deleted=True)
    return AccountSeen(user_id, user.idnumber or None, user.email or None)


def interpret_user(pointer: Pointer, answers: Answers) -> Interpretation:
    """A changed, new or deleted account proves nothing, but tells who is who."""
    user_id = user_id_of(pointer, answers)
    if user_id is None:
        return Interpretation(nothing=why_nobody(pointer, answers))
    if not _users(answers, questions.user_by_id(user_id)):
        return Interpretation(AccountSeen(user_id), nothing="user_not_shown")
    return Interpretation(account_of(user_id, answers))


def _users(answers: Answers, question: Question) -> list[User]:
    reading = answers.to(question)
    if reading.status == "error":
        return []
    return answers.load(reading, _USERS, list)


def _is_deleted(user: User) -> bool:
    """Moodle keeps a deleted user's record, without idnumber and with a hash for an e-mail."""
    email = user.email or ""
    return (
        user.idnumber is None and len(email) == 32 and all(c in "0123456789abcdef" for c in email)
    )
