"""Which notices are to go over a line of a channel."""

from sqlalchemy import ColumnElement, and_

from connector.domain.lines import Line
from connector.models import Notice


def on_line(line: Line) -> ColumnElement[bool]:
    """Whether a notice's address is reached over it."""
    if not line.place:
        return Notice.channel == line.channel
    begins = Notice.address.startswith(f"{line.place}:", autoescape=True)
    return and_(Notice.channel == line.channel, begins)
