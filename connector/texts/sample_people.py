"""Names that nobody bears, for letters that are only shown."""

TEACHER = "Образцова Анна Ивановна"
COLLEAGUE = "Примеров Пётр Сергеевич"
METHODIST = "Пробина Ольга Викторовна"
HEAD = "Эскизов Михаил Юрьевич"

SCHOOL = "Школа-образец № 1"
ASSOCIATION = "ММО учителей-образцов"
COMPETENCIES = ("Компетенция-образец: оценивание", "Компетенция-пример: цифровая среда")
PROGRAMME = "Программа-образец повышения квалификации"
DIAGNOSTIC = "Диагностика-образец"

TOWN = "obrazec"
NUMBER = "T-000"
