"""Numbers that processes count about their work, summed up over all of them (connector.tallies)."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base


class Tally(Base):
    """labels: their values as a JSON list, in the order in which the metric declares them."""

    __tablename__ = "tallies"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    labels: Mapped[str] = mapped_column(String(300), primary_key=True)
    value: Mapped[float]
