"""Signing in by a letter's link: once, for a short time, as nobody more than the reader is.

Whoever signs in to the pages with a password gets their own role. Whoever does not, but is known by
personnel number, sees what a person in their place sees: their own things, their mentees', their
associations'. Administrators always need their password: a mailbox must not open the whole system.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from connector.domain.dates import local_day
from connector.domain.people import Duty
from connector.domain.preferences import STANDARD
from connector.models import Login, UsedLink
from connector.models.inserting import insert_into
from connector.rulebook import Rulebook
from connector.services.access.letter_links import SignInLink, digest_of
from connector.services.access.logins import SignedIn, fingerprint_of, viewer_of
from connector.services.access.signatures import LINK, name_behind
from connector.services.access.visibility import Role, Viewer
from connector.services.notices.addresses import LOGIN
from connector.services.notices.circles import standing_posts
from connector.services.notices.ways import ways
from connector.services.records import reading as records
from connector.texts.log_ins import Needed

SESSION_TERM = timedelta(hours=2)


class LinkService:
    """Takes a session, never commits."""

    def __init__(self, session: Session, rulebook: Rulebook) -> None:
        self._session = session
        self._rulebook = rulebook

    def is_good(self, link: SignInLink, token: str, now: datetime) -> bool:
        """Whether it would sign in now: neither used nor expired, and sent to today's address."""
        return (
            now < link.expires_at
            and self._session.get(UsedLink, digest_of(token)) is None
            and self._is_reachable(link, now)
        )

    def use(self, link: SignInLink, token: str, now: datetime) -> SignedIn | None:
        """Signs in, this once. None: used, expired, sent to an address of the past, or nobody who
        may enter any more; which of these it is, is not told.

        fingerprint: of the password, empty where there is none.
        """
        if now >= link.expires_at or not self._is_reachable(link, now):
            return None
        signed_in = self._whoever(link.municipality, link.recipient, now)
        if signed_in is None:
            return None
        self._session.execute(delete(UsedLink).where(UsedLink.expires_at < now))
        values = {"digest": digest_of(token), "used_at": now, "expires_at": link.expires_at}
        written = self._session.execute(
            insert_into(self._session, UsedLink)
            .values(**values)
            .on_conflict_do_nothing(index_elements=["digest"])
            .returning(UsedLink.digest)
        )
        return signed_in if written.first() is not None else None

    def reader(self, municipality: str, recipient: str, now: datetime) -> Viewer | None:
        """As what a link in a letter to this recipient would sign in."""
        signed_in = self._whoever(municipality, recipient, now)
        return signed_in.viewer if signed_in is not None else None

    def needed(self, viewer: Viewer, now: datetime) -> Needed | None:
        """The log-in that goes with the viewer's duty over others, and that they have not signed
        in with; None where they have no such duty, or see everybody anyway."""
        municipality, person = viewer.municipality, viewer.person
        if municipality is None or person is None or viewer.sees_all_people:
            return None
        day = local_day(now, self._rulebook.rules(municipality).zone)
        held = standing_posts(self._session, municipality)
        for duty in (Duty.METHODIST, Duty.SPECIALIST):
            told = held.told(held.duties.on(duty, None, day), day)
            if any(one.personnel_no == person for one in told):
                return Needed(str(duty), municipality, person)
        return None

    def viewer_of_person(self, municipality: str, number: str, now: datetime) -> Viewer | None:
        """A person without a log-in, as what they are in the organisation today; None once they
        are not employed, or the municipality is not served any more."""
        roles = self.roles_of_person(municipality, number, now)
        for role in (Role.HEAD, Role.MENTOR, Role.TEACHER):
            if role in roles:
                actor = f"{LINK}{number}"
                name = name_behind(self._session, municipality, actor)
                return Viewer(actor, role, municipality, number, name)
        return None

    def roles_of_person(self, municipality: str, number: str, now: datetime) -> frozenset[Role]:
        """Teacher, mentor, head: what an employed person is today; nothing of anybody else."""
        if municipality not in self._rulebook.municipalities():
            return frozenset()
        day = local_day(now, self._rulebook.rules(municipality).zone)
        person = records.staff(self._session, municipality, [number]).get(number)
        if person is None or not person.is_employed(day):
            return frozenset()
        roles = {Role.TEACHER}
        held = records.mentorships_of_mentors(self._session, municipality, [number])
        if any(day in one.span for one in held.get(number, ())):
            roles.add(Role.MENTOR)
        associations = records.organisation(self._session, municipality).associations
        if any(one.at(day).head == number for one in associations.values()):
            roles.add(Role.HEAD)
        return frozenset(roles)

    def _whoever(self, municipality: str, recipient: str, now: datetime) -> SignedIn | None:
        query = select(Login).where(Login.municipality == municipality)
        if recipient.startswith(LOGIN):
            query = query.where(Login.name == recipient.removeprefix(LOGIN))
        else:
            query = query.where(Login.person == recipient)
        logins = self._session.scalars(query.order_by(Login.name)).all()
        if any(login.role == Role.ADMINISTRATOR for login in logins):
            return None
        if logins:
            # Whoever was a teacher here and was given a methodist's log-in besides means that one.
            login = min(logins, key=lambda one: not viewer_of(one).sees_all_people)
            return SignedIn(viewer_of(login), fingerprint_of(login))
        viewer = self.viewer_of_person(municipality, recipient, now)
        return SignedIn(viewer, "") if viewer is not None else None

    def _is_reachable(self, link: SignInLink, now: datetime) -> bool:
        known = ways(self._session, link.municipality, [link.recipient], STANDARD, now)
        own = {known.mail.get(link.recipient)}
        own |= {a for (recipient, _), a in known.others.items() if recipient == link.recipient}
        return any(link.fits(address) for address in own)
