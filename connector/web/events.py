"""Deliveries in Russian: their states, and what Moodle's events are called."""

STATES = {
    "new": "спрашиваем Moodle",
    "ready": "в очереди",
    "parked": "ждёт решения",
    "done": "обработано",
    "set_aside": "отложено",
}
EVENTS = {
    "ping": "Проверка связи",
    "quiz.attempt_graded": "Попытка теста оценена",
    "quiz.attempt_retracted": "Попытка теста удалена",
    "course.completed": "Курс завершён",
    "course.completion_retracted": "Завершение курса снято",
    "activity.completed": "Элемент курса выполнен",
    "activity.retracted": "Выполнение элемента снято",
    "user.updated": "Изменён пользователь",
    "user.deleted": "Удалён пользователь",
    r"\mod_quiz\event\attempt_submitted": "Попытка теста отправлена",
    r"\mod_quiz\event\attempt_reviewed": "Попытка теста просмотрена",
    r"\mod_quiz\event\attempt_regraded": "Попытка теста переоценена",
    r"\mod_quiz\event\attempt_deleted": "Попытка теста удалена",
    r"\mod_quiz\event\question_manually_graded": "Ответ оценён вручную",
    r"\mod_quiz\event\attempt_manual_grading_completed": "Ручная проверка закончена",
    r"\core\event\course_completed": "Курс завершён",
    r"\core\event\course_completion_updated": "Изменено завершение курса",
    r"\core\event\course_module_completion_updated": "Изменено выполнение элемента",
    r"\core\event\user_graded": "Выставлена оценка",
    r"\core\event\user_created": "Создан пользователь",
    r"\core\event\user_updated": "Изменён пользователь",
    r"\core\event\user_deleted": "Удалён пользователь",
}
FOUND = {
    "attempt": "Попытки тестов, о которых не сообщили",
    "attempt_gone": "Попытки, удалённые в Moodle",
    "completion": "Завершения курсов, о которых не сообщили",
    "completion_gone": "Завершения курсов, снятые в Moodle",
    "activity": "Выполненные элементы, о которых не сообщили",
    "activity_gone": "Элементы, выполнение которых снято",
    "account": "Новые и изменённые учётные записи",
    "rating": "Оценки компетенций в планах обучения",
}
"""What a reconciliation finds, by kind."""

EVENTS |= {
    "reconcile.attempt": "Сверка: попытка теста",
    "reconcile.attempt_gone": "Сверка: попытка удалена",
    "reconcile.completion": "Сверка: курс завершён",
    "reconcile.completion_gone": "Сверка: завершение курса снято",
    "reconcile.activity": "Сверка: элемент курса выполнен",
    "reconcile.activity_gone": "Сверка: выполнение элемента снято",
    "reconcile.account": "Сверка: учётная запись",
    "reconcile.rating": "Сверка: оценка компетенции",
}
