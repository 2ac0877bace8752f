"""The workflows to import: what the plugin reads out of them, and what it will then send."""

import json
import re
import zipfile
from io import BytesIO
from typing import Any
from urllib.parse import quote_plus

import pytest

from connector.dialects import tool_trigger
from connector.dialects.moodle_events import CONCERNS, MODULE_COMPLETION
from connector.dialects.tool_trigger_files import short_name, workflow, workflows, workflows_zip

URL, SECRET = "https://connector.example.org/hooks/lms", "секрет-1"


def imported(text: str) -> dict[str, Any]:
    """As the plugin's import reads a file: steps flattened, their settings parsed."""
    written = json.loads(text)
    assert int(written["pluginversion"]) >= 2018082400
    assert set(json.loads(written["description"])) == {"text", "format"}
    (step,) = written["steps"].values()
    return {**step, **json.loads(step["data"]), "event": written["event"], "name": written["name"]}


def sent(template: str, values: dict[str, str]) -> bytes:
    """As its HTTP request fills a template with "JSON encode" off."""
    fill = re.sub(
        r"\{([a-z0-9_]+)\}",
        lambda found: quote_plus(values[found[1]]) if found[1] in values else found[0],
        template,
    )
    return fill.encode()


def test_there_is_one_file_for_each_event_that_matters() -> None:
    made = workflows(URL, SECRET)
    assert {imported(text)["event"] for text in made.values()} == set(CONCERNS)
    assert len(made) == len(CONCERNS) == len({imported(t)["name"] for t in made.values()})


@pytest.mark.parametrize("event", CONCERNS)
def test_what_an_imported_workflow_sends_is_understood(event: str) -> None:
    step = imported(workflow(event, URL, SECRET))
    assert step["url"] == URL
    assert step["httpmethod"] == "POST"
    assert f"Authorization: Bearer {SECRET}" in step["httpheaders"].splitlines()
    assert "Content-Type: application/json" in step["httpheaders"].splitlines()
    assert (step["jsonencode"], step["expectedresponse"]) == ("0", "200")
    values = {
        "eventname": event, "id": "32", "timecreated": "1795326056", "userid": "2",
        "relateduserid": "8", "objectid": "41", "contextinstanceid": "21", "courseid": "2",
        "other_quizid": "1", "other_attemptid": "41",
    }  # fmt: skip
    (arrival,) = tool_trigger.cut(sent(step["httpparams"], values)).arrivals
    assert arrival.relevant
    pointer = tool_trigger.read(arrival.body)
    assert pointer is not None
    assert pointer.about is CONCERNS[event].about
    if event == MODULE_COMPLETION:
        assert pointer.cmid == "21"


def test_the_download_is_the_same_each_time() -> None:
    assert workflows_zip(URL, SECRET) == workflows_zip(URL, SECRET)
    with zipfile.ZipFile(BytesIO(workflows_zip(URL, SECRET))) as archive:
        assert set(archive.namelist()) == {f"connector_{short_name(e)}.json" for e in CONCERNS}
