"""Is RabbitMQ there, are the queues what we take them for, and does anybody listen?"""

from collections.abc import Iterator

from connector.checkup.finding import Finding, note, ok, trouble
from connector.config import Config
from connector.errors import BrokerUnavailable
from connector.tasks.looking import SeenQueue, look


def broker(config: Config) -> Iterator[Finding]:
    if not config.is_distributed:
        yield ok("broker", "Брокера нет: всё работает в одном процессе (connector run).")
        return
    try:
        seen = look(config)
    except BrokerUnavailable as err:
        yield trouble(
            "broker",
            f"RabbitMQ недоступен ({err}).",
            "Проверьте CONNECTOR_BROKER_URL, службу rabbitmq-server и место на её диске. Принятое "
            "не теряется: работу найдёт следующий обход.",
        )
        return
    yield ok("broker", "RabbitMQ отвечает.")
    yield from map(_queue, seen)


def _queue(queue: SeenQueue) -> Finding:
    name = queue.name
    if not queue.is_there:
        return note("queues", f"Очереди {name} ещё нет.", "Она появится, когда запустится worker.")
    if not queue.is_ours:
        return trouble(
            "queues",
            f"Очередь {name} объявлена иначе, чем ждёт программа: worker не запустится.",
            f"Остановите обработчики и удалите её: rabbitmqctl delete_queue {name}",
        )
    if not queue.consumers:
        return trouble(
            "queues",
            f"Очередь {name} никто не слушает (сообщений: {queue.messages}).",
            "Запустите обработчик: systemctl start connector-worker",
        )
    return ok("queues", f"Очередь {name}: обработчиков {queue.consumers}.")
