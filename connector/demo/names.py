"""Invented people: Russian names put together by a seeded generator, the same ones every time."""

from dataclasses import dataclass
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SURNAMES = _words("""
Абрамов Агафонов Алёшин Бабушкин Баранов Беляев Блинов Богданов Бочаров Быков Васнецов Веселов
Виноградов Волков Воронин Гаврилов Голубев Горелов Громов Гусев Давыдов Демидов Дроздов Ежов
Елисеев Ермаков Жаров Журавлёв Зайцев Зимин Золотов Зуев Игнатов Калинин Карпов Климов Ковалёв
Колесов Комаров Копылов Королёв Котов Кудрявцев Лаптев Лебедев Лосев Лукин Макаров Мальцев
Маслов Медведев Мельников Мещеряков Моргунов Назаров Некрасов Никитин Носов Овчинников Орехов
Осипов Панов Пахомов Пестов Поляков Пономарёв Прохоров Родионов Рожков Рябов Савельев Сазонов
Селиванов Серов Скворцов Соболев Соколов Субботин Тарасов Тихонов Третьяков Уваров Устинов
Фадеев Филатов Фомин Харитонов Хохлов Чернов Чистяков Шаров Шилов Широков Щукин Юдин Яшин
""")
_WOMEN = _words("""
Алла Анастасия Анна Валентина Вера Виктория Галина Дарья Евгения Екатерина Елена Ирина Ксения
Лариса Любовь Людмила Марина Мария Надежда Наталья Оксана Ольга Полина Светлана Татьяна Юлия
""")
_MEN = _words("""
Александр Алексей Андрей Антон Борис Вадим Виктор Владимир Денис Дмитрий Евгений Иван Кирилл
Максим Михаил Николай Олег Павел Роман Сергей
""")
_FATHERS = (
    ("Александрович", "Александровна"),
    ("Алексеевич", "Алексеевна"),
    ("Андреевич", "Андреевна"),
    ("Борисович", "Борисовна"),
    ("Васильевич", "Васильевна"),
    ("Викторович", "Викторовна"),
    ("Владимирович", "Владимировна"),
    ("Геннадьевич", "Геннадьевна"),
    ("Дмитриевич", "Дмитриевна"),
    ("Иванович", "Ивановна"),
    ("Михайлович", "Михайловна"),
    ("Николаевич", "Николаевна"),
    ("Петрович", "Петровна"),
    ("Сергеевич", "Сергеевна"),
    ("Юрьевич", "Юрьевна"),
)
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщыэюя",
        _words("a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch y e yu ya"),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Name:
    last: str
    first: str
    middle: str

    @property
    def latin(self) -> str:
        """For an address: `a.lebedeva`."""
        return f"{_latin(self.first[0])}.{_latin(self.last)}"


class Names:
    """Hands out names no two of which are alike."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._given: set[Name] = set()

    def next(self) -> Name:
        while True:
            # Four of five teachers in Russian schools are women.
            is_woman = self._chance.random() < 0.8
            last = self._chance.choice(_SURNAMES)
            first = self._chance.choice(_WOMEN if is_woman else _MEN)
            middle = self._chance.choice(_FATHERS)[is_woman]
            name = Name(last + "а" if is_woman else last, first, middle)
            if name not in self._given:
                self._given.add(name)
                return name


def _latin(text: str) -> str:
    return "".join(_LATIN.get(letter, "") for letter in text.lower())
