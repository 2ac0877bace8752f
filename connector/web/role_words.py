"""How the web service user's role is called in Moodle."""

ROLE_NAME = "Муниципальный коннектор (чтение)"
ROLE_ABOUT = "Для пользователя веб-службы коннектора. Только читать, на уровне системы."
