"""Traces, where an installation wants them (extra `tracing`, CONNECTOR_OTLP_ENDPOINT).

A handful of spans of our own: a batch of work, a question to Moodle, a letter. They name deliveries
by number, so that one follows an event from being stored to its effect; never people. Without an
endpoint nothing of OpenTelemetry is imported, and a span costs a function call.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from connector.errors import BadSettings

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

MOST_IDS = 100
"""Numbers named on one span: a batch's worth."""

_tracer: "Tracer | None" = None
_provider: Any = None


def set_up(endpoint: str, version: str) -> None:
    """Sends spans to an OTLP collector over HTTP (`http://host:4318`), from a thread of its own.

    Call it after forking: the thread does not survive a fork. An empty endpoint turns them off.
    Raises BadSettings where the extra is not installed.
    """
    if not endpoint:
        use(None)
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as err:
        raise BadSettings(
            "Задан CONNECTOR_OTLP_ENDPOINT, а пакеты для трассировки не установлены: "
            "pip install 'connector-moodle[tracing]'"
        ) from err
    provider = TracerProvider(
        resource=Resource.create({"service.name": "connector", "service.version": version})
    )
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=5)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    use(provider)


def use(provider: Any) -> None:
    """Spans go to this OpenTelemetry provider from now on; None: nowhere."""
    global _tracer, _provider
    if _provider is not None and _provider is not provider:
        _provider.shutdown()
    _provider = provider
    _tracer = None if provider is None else provider.get_tracer("connector")


def shut_down() -> None:
    """Sends what is left."""
    use(None)


class Span:
    """What is being done. One that is dropped is not sent: a look that found nothing to do."""

    def __init__(self) -> None:
        self.is_dropped = False

    def drop(self) -> None:
        self.is_dropped = True


@contextmanager
def span(name: str, **attributes: str | int) -> Iterator[Span]:
    """A span around what happens inside. A fault is told by its kind; its words may name people."""
    made = Span()
    if _tracer is None:
        yield made
        return
    from opentelemetry.trace import use_span

    named = {f"connector.{key}": value for key, value in attributes.items()}
    current = _tracer.start_span(name, attributes=named)
    try:
        with use_span(current, record_exception=False, set_status_on_exception=False):
            yield made
    except Exception as err:
        # Raised again at once.
        current.set_attribute("error.type", type(err).__name__)
        raise
    finally:
        if not made.is_dropped:
            current.end()


def note(**attributes: str | int | Sequence[int]) -> None:
    """Says more of the span at hand."""
    if _tracer is None:
        return
    from opentelemetry.trace import get_current_span

    current = get_current_span()
    for key, value in attributes.items():
        told = value if isinstance(value, str | int) else list(value[:MOST_IDS])
        current.set_attribute(f"connector.{key}", told)
