"""What somebody without a log-in must ask for, and of whom, word for word.

A duty (sheet `assignments`) says who is told of others; what is decided about others is decided
with a log-in, which the administrator alone gives (services.access.links).
"""

import shlex
from dataclasses import dataclass

_WHOSE = {"methodist": "методиста", "specialist": "специалиста"}


@dataclass(frozen=True, slots=True)
class Needed:
    """A log-in that a person of the municipality has not. role: `methodist` or `specialist`."""

    role: str
    municipality: str
    person: str

    @property
    def whose(self) -> str:
        """After «вход»."""
        return _WHOSE[self.role]

    @property
    def words(self) -> tuple[str, ...]:
        """Of the command, each option with its value: no line ends within one. ИМЯ is left for the
        administrator to choose."""
        given = {"role": self.role, "municipality": self.municipality, "person": self.person}
        options = (f"--{name} {shlex.quote(value)}" for name, value in given.items())
        return ("connector people add ИМЯ", *options)

    @property
    def command(self) -> str:
        return " ".join(self.words)

    @property
    def in_letter(self) -> str:
        return (
            f"Открыть это на страницах и решить можно со входом {self.whose}, а у Вас его пока "
            "нет. Передайте администратору коннектора эту строку: он заведёт вход и скажет Вам "
            "имя и пароль."
        )

    @property
    def on_page(self) -> str:
        return (
            f"Вам пишут об этом по обязанности {self.whose} (лист «Закрепление»), но решать о "
            f"других на страницах можно только со входом {self.whose}, а у Вас его нет. Передайте "
            "администратору коннектора строку ниже: он выполнит эту команду и скажет Вам имя и "
            "пароль. После этого и ссылки из писем будут открывать эту страницу."
        )
