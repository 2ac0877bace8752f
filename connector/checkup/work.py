"""Is the work getting done: what waits and since when, who holds it, which rules fail?"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.bootstrap import Container
from connector.checkup.finding import Finding, note, ok, trouble
from connector.domain.dates import local_day
from connector.models import Tenant
from connector.services.folding.rule_faults import RuleFaultService, off_until
from connector.services.upkeep.retention import Keep
from connector.services.upkeep.tallying import TallyService
from connector.services.upkeep.watching import WatchService

READY_S = 300
NEW_S = 3600
TICK_S = 120
TODO_TICK = "Запустите connector-tick или connector."


def rules(made: Container) -> Iterator[Finding]:
    for code, faults in made.rulebook.faults.items():
        for fault in faults:
            yield trouble("rules", f"{code}: {fault}")
        if made.rulebook.known()[code].rules is not None:
            yield note("rules", f"{code}: действуют прежние правила, пока ошибки не исправлены.")
    towns = made.rulebook.municipalities()
    if towns:
        yield ok("rules", f"Муниципалитеты: {', '.join(towns)}.")
    else:
        yield trouble(
            "rules",
            "Не установлено ни одного муниципалитета.",
            "Установите пакет из папки plugins или задайте CONNECTOR_RULES_DIR.",
        )


def work(made: Container) -> Iterator[Finding]:
    """Raises StorageUnavailable."""
    now = made.clock.now()
    with made.db.reading() as session:
        watch = WatchService(session, now)
        yield from _inbox(watch, now)
        yield from _faults(session, now)
        yield from _days(made, session, now)
    yield retention(Keep.of(made.config))


def retention(keep: Keep) -> Finding:
    days = ", ".join(f"{what} — {n or 'бессрочно'}" for what, n in keep.days.items())
    return note("retention", f"Сроки хранения, дней: {days}.", "Что пора: connector db retention")


def _inbox(watch: WatchService, now: datetime) -> Iterator[Finding]:
    inbox = watch.inbox()
    ready, new = inbox.oldest["ready"], inbox.oldest["new"]
    if ready is not None and (now - ready).total_seconds() > READY_S:
        yield trouble(
            "lag", f"Готовое к обработке сообщение ждёт с {ready:%d.%m.%Y %H:%M} UTC.",
            "Работает ли connector-worker (или connector)? Если да, добавьте обработчиков.",
        )  # fmt: skip
    if new is not None and (now - new).total_seconds() > NEW_S:
        reasons = sorted({w.reason for w in inbox.waiting if w.state == "new" and w.reason})
        yield trouble(
            "lag",
            f"Ответа Moodle ждут сообщения с {new:%d.%m.%Y %H:%M} UTC"
            f"{' (' + ', '.join(reasons) + ')' if reasons else ''}.",
            "Проверьте источники: connector doctor --deep",
        )
    aside = sum(w.count for w in inbox.waiting if w.state == "set_aside")
    if aside:
        yield trouble("aside", f"Отложено сообщений: {aside} (connector deliveries list).")
    parked = sum(w.count for w in inbox.waiting if w.state == "parked")
    if parked:
        yield note("parked", f"Ждут решения людей: {parked}.", "Страница «Учётные записи».")
    unjudged, subjects = watch.subjects()
    notices, _, letters = watch.notices()
    expired = inbox.leases.expired + subjects.expired + letters.expired
    if expired:
        yield note(
            "leases", f"Начато и не закончено в срок: {expired}.",
            "Это возьмёт другой обработчик; если число не падает, обработчики не работают.",
        )  # fmt: skip
    failed = sum(count for _, state, count in notices if state == "failed")
    if failed:
        yield trouble("notices", f"Не отправлено уведомлений: {failed}.", "Страница «Уведомления».")
    yield ok(
        "work",
        f"К обработке: {sum(w.count for w in inbox.waiting if w.state in ('new', 'ready'))}, "
        f"к пересчёту: {unjudged}, к отправке: "
        f"{sum(count for _, state, count in notices if state in ('waiting', 'sending'))}.",
    )


def _faults(session: Session, now: datetime) -> Iterator[Finding]:
    for fault in RuleFaultService(session).list():
        until = off_until(fault, now)
        off = f" выключено до {until:%d.%m.%Y %H:%M} UTC" if until else ""
        yield trouble(
            "rule_faults", f"Правило {fault.rule} ({fault.municipality}){off}: {fault.message}"
        )


def _days(made: Container, session: Session, now: datetime) -> Iterator[Finding]:
    ticked = TallyService(session).all().get(("tick_timestamp_seconds", ()))
    if ticked is None:
        yield note("tick", "Обход (tick) ещё не работал.", TODO_TICK)
    elif now.timestamp() - ticked > TICK_S:
        ago = int((now.timestamp() - ticked) // 60)
        yield trouble("tick", f"Обход (tick) не работал {ago} мин.", TODO_TICK)
    else:
        yield ok("tick", "Обход (tick) работает.")
    for tenant in session.scalars(select(Tenant).order_by(Tenant.municipality)):
        if tenant.municipality not in made.rulebook.municipalities():
            continue
        today = local_day(now, made.rulebook.rules(tenant.municipality).zone)
        if tenant.judged_on is None or tenant.judged_on < today:
            former = tenant.judged_on or "никакой"
            what = f"{tenant.municipality}: день не начат, последний — {former}."
            yield trouble("days", what, "Этим занят обход (tick).")
        else:
            yield ok("days", f"{tenant.municipality}: день {tenant.judged_on:%d.%m.%Y} начат.")
