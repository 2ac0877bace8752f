"""People whose names are somebody's attack, and the route that has letters written about them."""

from tests.integration.spine.spine_town import people

NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=HYPERLINK(1;2)",
    "+cmd|' /C calc'!A0",
    "{{ 7*7 }}",
    "{% for x in y %}",
    "%(name)s %n {0.__class__}",
    "'; DROP TABLE delivery; --",
    "Иванова\r\nBcc: evil@evil.example",
    "Петрова\n\n- https://evil.example",
    "\u202eавонавИ\u200b",
    "а" + "\u0301" * 40,
)
MARKUP = ("<script>alert", "<img src=x", "\u0000", "\u202eав")
"""Never to be seen in a page as it is."""


def sheets() -> dict[str, str]:
    """The staff of korolev with these people in it, each with a route that has stalled."""
    told = people("korolev")
    staff = told["staff"]
    for number, name in enumerate(NAMES, start=1):
        cell = '"' + name.replace('"', '""') + '"'
        staff += (
            f"H{number},{cell},{cell},,h{number}@ex.ru,teacher,KS0,KM,1990-01-01,2010-09-01,"
            "2020-01-01\n"
        )
        told["routes"] += f"H{number},1,,2026-09-01,K9,2026-09-01\n"
        told["steps"] += f"H{number},1,1,activity:71,,,да\n"
    return {**told, "staff": staff}
