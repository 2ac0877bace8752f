"""The tables. Constraints carry the rule before code does."""

from connector.models.account import Account
from connector.models.action import Action, CohortRound
from connector.models.alarm import AlarmEpisode, SourceHour, SourceWatch
from connector.models.base import Base
from connector.models.channel_watch import ChannelWatch
from connector.models.code_sending import CodeSending
from connector.models.delivery import Delivery, Reading
from connector.models.draft import Draft, DraftWish
from connector.models.event import Event, EventLine
from connector.models.evidence import EvidenceSlot
from connector.models.letter_pace import LetterPace
from connector.models.link_code import LinkCode
from connector.models.login import Audit, Login, RuleFault, Token
from connector.models.notice import Letter, Notice
from connector.models.preference import Preference
from connector.models.proof_file import ProofFile
from connector.models.reconciliation import ReconciledCourse, Reconciliation
from connector.models.record import ALWAYS, Import, Record
from connector.models.route_change import RouteChange
from connector.models.route_request import RouteRequest
from connector.models.rule_set import RuleSet
from connector.models.share import (
    Changeover,
    FrozenShare,
    Membership,
    PlanMark,
    Share,
    Snapshot,
    Tenant,
)
from connector.models.source import Source, SourceCount, SourceMunicipality
from connector.models.source_check import SourceCheck
from connector.models.stall_answer import StallAnswer
from connector.models.subject import Subject
from connector.models.tally import Tally
from connector.models.unwanted import Unwanted
from connector.models.used_link import UsedLink
from connector.models.way import Way
from connector.models.webhook import Webhook, WebhookCall
from connector.models.withdrawal import Withdrawal

__all__ = [
    "ALWAYS",
    "Account",
    "Action",
    "AlarmEpisode",
    "Audit",
    "Base",
    "Changeover",
    "ChannelWatch",
    "CodeSending",
    "CohortRound",
    "Delivery",
    "Draft",
    "DraftWish",
    "Event",
    "EventLine",
    "EvidenceSlot",
    "FrozenShare",
    "Import",
    "Letter",
    "LetterPace",
    "LinkCode",
    "Login",
    "Membership",
    "Notice",
    "PlanMark",
    "Preference",
    "ProofFile",
    "Reading",
    "ReconciledCourse",
    "Reconciliation",
    "Record",
    "RouteChange",
    "RouteRequest",
    "RuleFault",
    "RuleSet",
    "Share",
    "Snapshot",
    "Source",
    "SourceCheck",
    "SourceCount",
    "SourceHour",
    "SourceMunicipality",
    "SourceWatch",
    "StallAnswer",
    "Subject",
    "Tally",
    "Tenant",
    "Token",
    "Unwanted",
    "UsedLink",
    "Way",
    "Webhook",
    "WebhookCall",
    "Withdrawal",
]
