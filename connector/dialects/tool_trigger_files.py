"""tool_trigger's workflows as it imports them: one file an event, so that nobody types thirteen.

A file is what the plugin's own export gives (seen of 2024031401): each step keeps its settings as
JSON inside the JSON. An imported workflow is switched off and not realtime, whatever the file says.
"""

import zipfile
from collections.abc import Mapping
from io import BytesIO

from connector.dialects.moodle_events import CONCERNS
from connector.dialects.strict_json import dumps
from connector.dialects.tool_trigger import TEMPLATE

_PLUGIN_VERSION = "2024031401"
_MOODLE_VERSION = "2023112400"
_STEP = "\\tool_trigger\\steps\\actions\\http_post_action_step"
# As build_zip has it: the same source gives the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ABOUT = "Tells the connector what happened: numbers only, no names. It asks Moodle for the rest."


def workflow(event: str, url: str, secret: str) -> str:
    """The file for one of Moodle's events, by its full name. Whoever has it has the secret."""
    step = {
        "url": url,
        "httpmethod": "POST",
        "httpheaders": f"Content-Type: application/json\r\nAuthorization: Bearer {secret}",
        "httpparams": TEMPLATE,
        # On, a profile field could overwrite the learner.
        "jsonencode": "0",
        "expectedresponse": "200",
        "stepdesc": "HTTP request",
        "typedesc": "Action",
    }
    written = {
        "name": f"Connector: {short_name(event)}",
        "description": dumps({"text": _ABOUT, "format": "1"}).decode(),
        "event": event,
        "steps": {
            "1": {
                "id": "1",
                "name": "Tell the connector",
                "description": "",
                "type": "actions",
                "stepclass": _STEP,
                "data": dumps(step).decode(),
                "steporder": "0",
            }
        },
        "moodleversion": _MOODLE_VERSION,
        "pluginversion": _PLUGIN_VERSION,
    }
    return dumps(written).decode()


def workflows(url: str, secret: str) -> Mapping[str, str]:
    """Every file by its name."""
    return {
        f"connector_{short_name(event)}.json": workflow(event, url, secret) for event in CONCERNS
    }


def workflows_zip(url: str, secret: str) -> bytes:
    """All of them in one download; to be unpacked, since the plugin imports one at a time."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in workflows(url, secret).items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text)
    return made.getvalue()


def short_name(event: str) -> str:
    """`attempt_submitted` of `\\mod_quiz\\event\\attempt_submitted`: each is of one event only."""
    return event.rpartition("\\")[2]
