"""A letter in one sentence, for messengers: no names, and a link to where it can be read."""

MOST_SUBJECT = 200


def code_text(code: str, url: str) -> str:
    """What is sent to an address somebody typed; it may be a stranger's."""
    return (
        f"Код для уведомлений методической службы: {code}. Введите его на странице «Куда писать»: "
        f"{url.rstrip('/')}/me/ways/ Если Вы его не просили, ничего делать не нужно."
    )


def short_text(subject: str, municipality: str, url: str) -> str:
    """subject: of the letter, which bears no personal data (texts.letters)."""
    if len(subject) > MOST_SUBJECT:
        subject = f"{subject[: MOST_SUBJECT - 1].rstrip()}…"
    sentence = subject if subject.endswith((".", "!", "?", "…")) else f"{subject}."
    # Titles are written as they stand within a sentence, and this one begins with it.
    told = f"{municipality[:1].upper()}{municipality[1:]}, методическая служба. {sentence}"
    return f"{told} Подробности: {url}" if url else told
