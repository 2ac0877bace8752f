"""Spans where they are wanted, by our own names; nothing of OpenTelemetry elsewhere."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from connector import tracing
from connector.runtime.counting import measured
from connector.tallies import Tallies


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracing.use(provider)
    yield kept
    tracing.shut_down()


def finished(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


def test_a_batch_is_a_span_that_names_its_deliveries(exporter: InMemorySpanExporter) -> None:
    def work() -> int:
        tracing.note(deliveries=(7, 8))
        with tracing.span("connector.moodle", function="f"):
            return 2

    assert measured(Tallies(), "resolve", work) == 2
    spans = finished(exporter)
    outer, inner = spans["connector.resolve"], spans["connector.moodle"]
    assert dict(outer.attributes or {}) == {
        "connector.deliveries": (7, 8),
        "connector.rows": 2,
    }
    assert inner.parent is not None
    assert outer.context is not None
    assert inner.parent.span_id == outer.context.span_id


def test_a_look_that_found_nothing_is_no_span(exporter: InMemorySpanExporter) -> None:
    assert measured(Tallies(), "fold", lambda: 0) == 0
    assert finished(exporter) == {}


def test_a_fault_is_told_by_its_kind_only(exporter: InMemorySpanExporter) -> None:
    def fail() -> int:
        raise ValueError("Иванова")

    with pytest.raises(ValueError, match="Иванова"):
        measured(Tallies(), "fold", fail)
    span = finished(exporter)["connector.fold"]
    assert dict(span.attributes or {}) == {"error.type": "ValueError"}
    assert not span.events
    assert "Иванова" not in span.to_json(indent=None)


def test_no_more_numbers_than_a_batch_has(exporter: InMemorySpanExporter) -> None:
    with tracing.span("x"):
        tracing.note(deliveries=range(1000))
    told = finished(exporter)["x"].attributes or {}
    assert told["connector.deliveries"] == tuple(range(tracing.MOST_IDS))


def test_without_an_endpoint_nothing_is_imported() -> None:
    code = (
        "import sys; from connector import cli, tracing; from connector.tasks import app;"
        "tracing.set_up('', '0');\n"
        "with tracing.span('x'): tracing.note(rows=1)\n"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
