"""Why somebody hears nothing: what stands in the way of letters to one person."""

from enum import StrEnum

from connector.domain.preferences import EMAIL, EVERY_KIND, Choice
from connector.services.notices.ways import Ways


class Obstacle(StrEnum):
    """NOTHING: letters would go; there was nothing to tell."""

    NOT_EMPLOYED = "not_employed"
    NO_ADDRESS = "no_address"
    STOPPED = "stopped"
    ALL_OFF = "all_off"
    NOTHING = "nothing"


def obstacles(ways: Ways, recipient: str, is_employed: bool, has_notices: bool) -> list[Obstacle]:
    """What keeps letters from this person, the weightiest first."""
    found = []
    if not is_employed:
        found.append(Obstacle.NOT_EMPLOYED)
    chosen = ways.chosen.get(recipient, {}).get(EVERY_KIND)
    if chosen is not None and chosen.choice is Choice.OFF:
        found.append(Obstacle.ALL_OFF)
    address = ways.mail.get(recipient)
    others = [a for (who, _), a in ways.others.items() if who == recipient]
    if address is None and not others:
        found.append(Obstacle.NO_ADDRESS)
    elif address is not None and not others and ways.is_stopped(EMAIL, address):
        found.append(Obstacle.STOPPED)
    if not found and not has_notices:
        found.append(Obstacle.NOTHING)
    return found
