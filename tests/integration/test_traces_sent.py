"""Spans reach a collector over HTTP, at the latest when the process ends."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from connector import tracing


@pytest.fixture
def posted() -> list[tuple[str, bytes]]:
    return []


def test_spans_are_posted_to_the_endpoint(posted: list[tuple[str, bytes]]) -> None:
    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        tracing.set_up(f"http://127.0.0.1:{server.server_port}/", "0.1")
        with tracing.span("connector.fold"):
            tracing.note(deliveries=[1])
        tracing.shut_down()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert [path for path, _ in posted] == ["/v1/traces"]
