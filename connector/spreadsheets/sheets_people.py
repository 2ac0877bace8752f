"""Sheets about people and where they work (contract 3): schools to closed days."""

from collections.abc import Iterator
from typing import Any

from connector.spreadsheets.columns import (
    Column,
    Refers,
    Sheet,
    choice,
    code,
    day,
    listing,
    name,
    person,
    text,
    yes_no,
)
from connector.spreadsheets.fields import Code, Email, Text

ROLES = {
    "teacher": ("учитель", "педагог", "педагогический работник", "преподаватель", "воспитатель"),
    "manager": ("руководитель", "управленец", "управленческий кадр", "управленческие кадры"),
}
SCHOOL_KINDS = {
    "school": ("школа", "общеобразовательная", "общеобразовательная организация"),
    "kindergarten": ("детский сад", "доу", "дошкольная", "дошкольная организация"),
    "additional": ("дополнительное", "дополнительное образование", "организация допобразования"),
    "other": ("другое", "другая", "иное", "иная"),
}
LEVELS = {
    "municipal": ("муниципальное", "ммо", "гмо", "рмо", "муниципальный"),
    "school": ("школьное", "шмо", "школьный"),
    "community": ("сообщество", "профессиональное сообщество"),
}
DUTIES = {
    "methodist": ("методист",),
    "specialist": ("специалист", "специалист управления"),
    "deputy": ("заместитель", "заместитель на время отсутствия", "замещающий"),
}

PERSONNEL_NO = ("Табельный номер", "Таб. номер", "Таб. №", "Табельный №", "Персональный номер")
FROM = ("С", "С даты", "Начало", "Дата начала", "Действует с")
UNTIL = ("По", "По дату", "Окончание", "Дата окончания", "Конец", "Действует по")

SCHOOLS = Sheet(
    "schools",
    ("Школы", "Организации", "Образовательные организации", "ОО", "ОУ"),
    (
        code("code", "Код", "Код школы", "Код организации", required=True),
        name("name", "Название", "Наименование"),
        choice("kind", "Вид", "Тип", "Вид организации", words=SCHOOL_KINDS, default="school"),
        yes_no("rural", "Сельская", "Сельская школа"),
        yes_no("low_results", "Низкие результаты", "ШНОР"),
        yes_no("biased_results", "Необъективные результаты", "Признаки необъективности"),
        person("head", "Директор", "Руководитель", "Заведующий"),
        day("mentoring_since", "Наставничество с", "Модель наставничества с"),
        day("internship_since", "Стажировочная площадка с", "Стажировка с"),
    ),
    key=("code",),
    history=True,
    related="head",
)

ASSOCIATIONS = Sheet(
    "associations",
    ("Объединения", "Методические объединения", "МО"),
    (
        code("code", "Код", "Код объединения", required=True),
        name("name", "Название", "Наименование"),
        choice("level", "Уровень", words=LEVELS, default="municipal"),
        code("school", "Школа", "Код школы", "Организация", refers=Refers.SCHOOL),
        code(
            "parent",
            "Вышестоящее объединение",
            "Входит в",
            "Родительское объединение",
            refers=Refers.ASSOCIATION,
        ),
        person("head", "Руководитель", "Руководитель объединения"),
    ),
    key=("code",),
    history=True,
    related="head",
)

STAFF = Sheet(
    "staff",
    ("Сотрудники", "Работники", "Педагоги", "Кадры", "Персонал"),
    (
        person("personnel_no", *PERSONNEL_NO, required=True),
        name("last_name", "Фамилия", longest=90),
        name("first_name", "Имя", longest=90),
        text("middle_name", "Отчество", longest=90),
        Column(
            "email",
            ("Электронная почта", "Почта", "E-mail", "Эл. почта", "Адрес электронной почты"),
            Email(allow_none=True),
        ),
        choice(
            "role", "Роль", "Категория работника", words=ROLES, required=True, default="teacher"
        ),
        text("position", "Должность"),
        code("school", "Школа", "Код школы", "Организация", refers=Refers.SCHOOL),
        listing("subjects", "Предметы", "Предмет", "Преподаваемые предметы", of=Text(200)),
        listing(
            "associations",
            "Объединения",
            "Методические объединения",
            "МО",
            of=Code(),
            refers=Refers.ASSOCIATION,
        ),
        day("birth_date", "Дата рождения"),
        day("teaching_since", "Педагогический стаж с", "Стаж с", "Начало педагогической работы"),
        day("attestation_on", "Дата аттестации", "Аттестация", "Срок аттестации"),
        day("employed_from", "Принят", "Дата приёма", "Работает с", "Принят на работу"),
        day("employed_until", "Уволен", "Дата увольнения", "Работает по"),
        day("regional_methodist_since", "Региональный методист с"),
        person("regional_methodist", "Региональный методист", "Закреплён за методистом"),
    ),
    key=("personnel_no",),
    history=True,
    person="personnel_no",
    related="regional_methodist",
    spans=(("employed_from", "employed_until"), ("birth_date", "employed_from")),
)

ASSIGNMENTS = Sheet(
    "assignments",
    ("Закрепление", "Закрепления", "Обязанности", "Назначения"),
    (
        person("personnel_no", *PERSONNEL_NO, required=True),
        choice("duty", "Обязанность", "Роль", words=DUTIES, required=True),
        code("of", "За кем", "За чем", "Закреплён за", "Кого", required=True, refers=Refers.PLACE),
        day("from", *FROM),
        day("until", *UNTIL),
    ),
    key=("personnel_no", "duty", "of", "from"),
    person="personnel_no",
    related="of",
)


def _two_people(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if values.get("mentor") == values.get("mentee"):
        yield "mentee", "ожидается другой человек, чем наставник"


MENTORSHIPS = Sheet(
    "mentorships",
    ("Наставничество", "Наставники"),
    (
        person("mentor", "Наставник", "Табельный номер наставника", required=True),
        person("mentee", "Наставляемый", "Подопечный", "Молодой педагог", required=True),
        day("from", *FROM),
        day("until", *UNTIL),
    ),
    key=("mentor", "mentee", "from"),
    person="mentee",
    related="mentor",
    check=_two_people,
)

SUPPORT = Sheet(
    "support",
    ("Поддержка", "Формы поддержки"),
    (
        person("personnel_no", *PERSONNEL_NO, required=True),
        text("form", "Форма", "Форма поддержки", required=True, longest=200),
        day("from", *FROM),
        day("until", *UNTIL),
    ),
    key=("personnel_no", "form", "from"),
    person="personnel_no",
)

TEAMS = Sheet(
    "teams",
    ("Команды", "Управленческие команды"),
    (
        code("school", "Школа", "Код школы", "Организация", required=True, refers=Refers.SCHOOL),
        person("personnel_no", *PERSONNEL_NO, required=True),
        day("from", *FROM),
        day("until", *UNTIL),
    ),
    key=("school", "personnel_no", "from"),
    person="personnel_no",
    related="school",
)

CLOSED_DAYS = Sheet(
    "closed_days",
    ("Нерабочие дни", "Каникулы", "Выходные"),
    (
        day("from", *FROM, "Дата", required=True),
        day("until", *UNTIL),
        text("title", "Название", "Повод", longest=300),
    ),
    key=("from",),
)

PEOPLE_SHEETS = (
    SCHOOLS,
    ASSOCIATIONS,
    STAFF,
    ASSIGNMENTS,
    MENTORSHIPS,
    SUPPORT,
    TEAMS,
    CLOSED_DAYS,
)
