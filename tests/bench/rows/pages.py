"""The overview page and the indicator API of a large municipality, beside `SELECT 1`."""

import http.client
import re
import time

import psycopg
import requests

from connector.services.access.logins import LoginService, TokenService
from tests.bench import town
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Pair, Result, percentile
from tests.bench.profile import sampled

PASSWORD = "correct horse battery"
MOST_MS = 20.0


def measure(context: Context) -> Result:
    staff = context.staff("BENCH_STAFF_READ", 100_000, 2_000)
    result = Result(
        "pages",
        f"overview page and indicator API with {staff} staff, as a client on the same machine sees "
        "them",
        "SELECT 1 round trip",
        "ms",
    )
    turns = context.choose(100, 10)
    with (
        context.installation(context.town(staff), broker=True) as product,
        psycopg.connect(product.database_url, autocommit=True) as database,
    ):
        with product.container() as container, container.db.writing() as session:
            now = container.clock.now()
            name = f"bench-{now:%H%M%S%f}"
            LoginService(session).add(name, PASSWORD, "methodist", town.MUNICIPALITY, now)
            token = TokenService(session).issue("methodist", town.MUNICIPALITY, now)
        process, port = product.serve()
        api = f"/api/v1/municipalities/{town.MUNICIPALITY}/indicators"
        bearer = {"Authorization": f"Bearer {token}"}
        asked = {
            "overview page": (f"/m/{town.MUNICIPALITY}/", {"Cookie": signed_in(port, name)}),
            "indicator API": (api, bearer),
            "overview by school": (
                f"/m/{town.MUNICIPALITY}/?by=school", {"Cookie": signed_in(port, name)}
            ),
            "indicator API by school": (f"{api}?by=school", bearer),
        }  # fmt: skip
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        times: dict[str, list[float]] = {what: [] for what in asked}
        trips: list[float] = []

        def all_once() -> None:
            for what, (path, headers) in asked.items():
                begun = time.perf_counter()
                connection.request("GET", path, headers=headers)
                answer = connection.getresponse()
                answer.read()
                times[what].append((time.perf_counter() - begun) * 1000)
                if answer.status != 200:
                    raise RuntimeError(f"{what} answered {answer.status}")

        all_once()
        for _ in range(turns):
            all_once()
            begun = time.perf_counter()
            database.execute("SELECT 1").fetchone()
            trips.append((time.perf_counter() - begun) * 1000)
            result.pairs.append(Pair(times["overview page"][-1], trips[-1]))
        with sampled(process.pid, context.choose(8, 2)) as sampling:
            ends = time.monotonic() + context.choose(8, 2)
            while time.monotonic() < ends:
                all_once()
    result.where["web"] = sampling.shares
    result.notes += [sampling.told] if sampling.told else []
    judged = ("overview page", "indicator API")
    p95 = {what: percentile(found[1 : turns + 1], 95) for what, found in times.items()}
    result.checks = [Check(f"{what}, p95", p95[what], Goal("≤", MOST_MS, "ms")) for what in judged]
    result.absolute = {
        **{
            what: f"p50 {percentile(found[1 : turns + 1], 50):.1f} ms, p95 {p95[what]:.1f} ms, "
            f"the first {found[0]:.0f} ms"
            for what, found in times.items()
        },
        "SELECT 1": f"p50 {percentile(trips, 50):.2f} ms, p95 {percentile(trips, 95):.2f} ms",
    }
    result.notes.append(
        "judged is the whole answer over one kept-alive connection, a little more than the "
        "server's own time; the picture shows the overview page by SELECT 1"
    )
    return result


def signed_in(port: int, name: str) -> str:
    """The cookie of a session, got through the form as a person does."""
    address = f"http://127.0.0.1:{port}/login"
    with requests.Session() as browser:
        page = browser.get(address, timeout=60).text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        if found is None:
            raise RuntimeError("the log-in page has no form")
        form = {"name": name, "password": PASSWORD, "csrf_token": found[1]}
        answer = browser.post(address, data=form, timeout=60, allow_redirects=False)
        if answer.status_code != 302:
            raise RuntimeError(f"log-in answered {answer.status_code}")
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
