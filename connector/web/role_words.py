"""How the web service user's role is called in Moodle."""

ROLE_NAME = "Муниципальный коннектор"
ROLE_ABOUT = "Для пользователя веб-службы коннектора. Назначается на уровне системы."
