"""The container behind the application of the current request."""

from datetime import date, datetime

from flask import current_app
from sqlalchemy.orm import Session

from connector.bootstrap import Container
from connector.domain.dates import local_day
from connector.services.figures.figures import FigureService
from connector.services.figures.profiles import ProfileService
from connector.services.imports.importing import ImportService
from connector.services.imports.mapping import after_import

KEY = "connector"
ARRIVED = "connector.arrived"


def household() -> Container:
    """What bootstrap built: database, rulebook, clock."""
    container: Container = current_app.extensions[KEY]
    return container


def now() -> datetime:
    return household().clock.now()


def today(municipality: str) -> date:
    """The municipality's local day."""
    return local_day(now(), household().rulebook.rules(municipality).zone)


def figures_of(session: Session) -> FigureService:
    """Figures as of now, over the container's rules and what it remembers of municipalities."""
    own = household()
    return FigureService(session, own.rulebook, own.clock.now(), own.settings)


def profiles(session: Session) -> ProfileService:
    """Profiles as of now."""
    own = household()
    return ProfileService(session, own.rulebook, own.clock.now(), own.settings)


def importer() -> ImportService:
    """Imports that let go of what waited for a person or a course."""
    own = household()
    return ImportService(after_import(own.rulebook, own.clock))


def nudge() -> None:
    """Tells the workers that there is work, after a decision of a person made some."""
    current_app.extensions[ARRIVED]()
