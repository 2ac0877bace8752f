"""Pages with addresses and forms that nobody types: never a 500, and nothing is given away."""

from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.web_town import M, WebTown, csrf_token

ROLES = ("methodist", "administrator", "viewer", "teacher", "head", "mentor")
PATHS = (
    f"/m/{M}/", f"/m/{M}/staff", f"/m/{M}/staff/T-4", f"/m/{M}/routes", f"/m/{M}/letters",
    f"/m/{M}/notices", f"/m/{M}/notices/bursts", f"/m/{M}/notices/bursts/1", "/m/kuznetsk/",
    f"/m/{M}/samples/", f"/m/{M}/indicators/korolev.diagnosed",
    f"/m/{M}/indicators/korolev.monitoring", "/m/kuznetsk/indicators/kuznetsk.roadmap",
    "/sources/new", "/sources/mood/connect", "/sources/mood/wait", "/sources/mood/settings.txt",
    "/deliveries/", "/deliveries/1", "/accounts/", f"/m/{M}/courses/", f"/m/{M}/withdrawals/",
    f"/m/{M}/courses/course", f"/m/{M}/courses/quiz", f"/m/{M}/courses/catalogue.zip",
    "/", "/login", f"/m/{M}/passports",
    f"/m/{M}/indicators/korolev.young/subjects.xlsx", f"/m/{M}/records/", f"/m/{M}/records/roadmap",
    f"/m/{M}/records/meetings/new", f"/m/{M}/records/support/row", f"/m/{M}/snapshots/",
)  # fmt: skip
STEMS = (
    "/sources/{}/connect", "/sources/{}/wait", "/sources/{}/role.xml", "/sources/mood/wait?turn={}",
    "/m/{}/", "/m/korolev/staff/{}", "/m/korolev/indicators/{}", "/m/korolev/letters/{}",
    "/m/korolev/letters/{}/body", "/m/korolev/samples/{}/head", "/m/korolev/samples/plan_met/{}",
    "/deliveries/{}", "/static/{}", "/{}", "/m/korolev/{}",
    "/login?next={}", "/m/korolev/records/{}", "/m/korolev/records/plans/row?key={}",
    "/m/korolev/snapshots/{}", "/enter/{}", "/unsubscribe/{}", "/m/korolev/staff/{}/letters",
    "/m/korolev/courses/{}", "/m/korolev/courses/catalogue.{}",
    "/m/korolev/snapshots/1/{}", "/m/korolev/indicators/{}/passport",
)  # fmt: skip
NAMES = ("period", "as_of", "by", "page", "q", "standing", "state", "source", "before", "next",
         "school", "association", "schools", "associations", "all", "nearest", "key", "undone",
         "number", "title", "name", "headers")  # fmt: skip
POSTS = (
    "/sources/new", "/sources/mood/access", "/sources/mood/rotate", "/sources/nothing/test",
    "/sources/mood/municipalities",
    "/accounts/confirm", "/accounts/decide", "/accounts/merge", "/accounts/take-back",
    f"/m/{M}/courses/course", f"/m/{M}/courses/quiz", f"/m/{M}/courses/quiz/not-ours",
    f"/m/{M}/courses/course/take-back", f"/m/{M}/withdrawals/", f"/m/{M}/withdrawals/take-back",
    "/deliveries/1/replay", "/deliveries/99999999/replay",
    f"/m/{M}/notices/bursts", f"/m/{M}/samples/plan_met/head",
    f"/m/{M}/records/meetings/save", f"/m/{M}/records/contests/save",
    f"/m/{M}/records/decisions/save", f"/m/{M}/records/roadmap/done",
    f"/m/{M}/records/plans/take-back", f"/m/{M}/records/nothing/save", f"/m/{M}/snapshots/",
)  # fmt: skip
FIELDS = ("code", "dialect", "municipalities", "url", "rest_token", "sure",
          "source", "user_id", "municipality", "number", "decision", "csrf_token", "x", "key",
          "version", "association", "held_on", "agenda", "personnel_no", "title", "scope",
          "analysis", "period", "as_of", "done_on", "reason", "name", "into", "like", "all",
          "slot:1", "slot:x", "new_code", "one", "answer", "next")  # fmt: skip
odd = st.text(max_size=20) | st.sampled_from(
    ("", "0", "-1", "9" * 30, "٣", "²", "1e5", "NaN", "0001-01-01", "9999-12-31", "2026-W01-1",
     "2999", "2998/2999", "1900", "1899/1900", "2026/2027", "2026", "2026-06-30", "school",
     "association", "mood", "900", "korolev", "release", "\x00", "\x01", "../..", "%00", "%",
     "<script>alert(1)</script>", "{{7*7}}", "\u202e", "İ", "а" * 2000)
)  # fmt: skip
_SETTINGS = settings(suppress_health_check=list(HealthCheck))


def fits(status: int) -> bool:
    return status < 500 and status != 0


@given(st.sampled_from(ROLES), st.sampled_from(PATHS), st.dictionaries(st.sampled_from(NAMES), odd))
@_SETTINGS
def test_no_query_makes_a_page_fail(
    town: WebTown, role: str, path: str, query: dict[str, str]
) -> None:
    answer = town.client(role).get(path, query_string=query)
    assert fits(answer.status_code), (role, path, query)
    # A query may also ask for a workbook, which is no text.
    assert b"<script>alert" not in answer.data


@given(st.sampled_from(ROLES), st.sampled_from(STEMS), odd, st.booleans())
@_SETTINGS
def test_no_path_makes_a_page_fail(
    town: WebTown, role: str, stem: str, part: str, raw: bool
) -> None:
    written = quote(part, safe="/%" if raw else "")
    answer = town.client(role).get(stem.format(written))
    assert fits(answer.status_code), (role, stem, part)
    assert "<script>alert" not in answer.text


@given(
    st.sampled_from(ROLES),
    st.sampled_from(POSTS),
    st.dictionaries(st.sampled_from(FIELDS), odd),
    st.booleans(),
)
@_SETTINGS
def test_no_form_makes_a_page_fail(
    town: WebTown, role: str, path: str, form: dict[str, str], known: bool
) -> None:
    client = town.client(role)
    if known:
        form = {**form, "csrf_token": csrf_token(client.get(f"/m/{M}/").text)}
    answer = client.post(path, data=form)
    assert fits(answer.status_code), (role, path, form)
    assert known or answer.status_code in (400, 403)


@given(st.sampled_from(POSTS), st.binary(max_size=80), st.sampled_from((
    "application/x-www-form-urlencoded", "multipart/form-data", "application/json", "",
    "multipart/form-data; boundary=x", "text/plain; charset=utf-16")))  # fmt: skip
@_SETTINGS
def test_no_body_makes_a_page_fail(town: WebTown, path: str, body: bytes, media: str) -> None:
    answer = town.client("methodist").post(path, data=b"--x\r\n" + body, content_type=media)
    assert 400 <= answer.status_code < 500, (path, body, media)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=80))
@_SETTINGS
def test_no_forged_cookie_signs_anybody_in(town: WebTown, cookie: str) -> None:
    client = town.client()
    client.set_cookie("connector", cookie)
    assert client.get(f"/m/{M}/").status_code == 302
