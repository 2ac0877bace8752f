"""Every metric there is: what is exported, documented, drawn and alerted on is this list."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Declared:
    """kind: gauge, counter (exported with `_total`) or histogram (`_bucket`, `_sum`, `_count`).

    shared: the same at every web process, since it comes from the database; others tell of the one
    process that was asked.
    """

    name: str
    kind: str
    told: str
    labels: tuple[str, ...] = ()
    shared: bool = True

    @property
    def exported(self) -> tuple[str, ...]:
        """Names as they stand in what is scraped."""
        endings = {
            "gauge": ("",),
            "counter": ("_total",),
            "histogram": ("_bucket", "_sum", "_count"),
        }[self.kind]
        return tuple(self.name + ending for ending in endings)


DATABASE_UP = Declared(
    "connector_database_up", "gauge", "1 while the database answers this process", shared=False
)
BUILD = Declared(
    "connector_build_info", "gauge", "Version of the program and of its tables",
    ("version", "tables"), shared=False,
)  # fmt: skip
COLLECTED = Declared(
    "connector_collect_seconds", "gauge", "How long the database was asked for this answer",
    shared=False,
)  # fmt: skip

HOOKS = Declared(
    "connector_hook_seconds", "histogram", "Answers to /hooks, by status", ("status",),
    shared=False,
)  # fmt: skip

LAG = Declared(
    "connector_lag_seconds", "gauge", "Age of the oldest delivery in a state", ("state",)
)
DELIVERIES = Declared(
    "connector_deliveries", "gauge",
    "Deliveries not done yet, by source, state and reason; at most 100000 of a state are counted",
    ("source", "state", "reason"),
)  # fmt: skip
PARKED = Declared(
    "connector_parked", "gauge", "Deliveries that wait for somebody, by reason", ("reason",)
)
UNJUDGED = Declared(
    "connector_unjudged", "gauge", "Subjects that wait to be judged; at most 100000 are counted"
)
REJUDGED = Declared(
    "connector_rules_changing", "gauge",
    "Subjects still to be judged by rules that are coming into force", ("municipality",),
)  # fmt: skip
LEASES = Declared(
    "connector_leases", "gauge",
    "Rows that workers hold, and rows whose holder did not come back in time", ("kind", "state"),
)  # fmt: skip
NOTICES = Declared(
    "connector_notices", "gauge", "Notices not sent, by municipality and state",
    ("municipality", "state"),
)  # fmt: skip
NOTICE_LAG = Declared(
    "connector_notice_lag_seconds", "gauge", "How long the longest overdue notice has been due"
)
LAST_DELIVERY = Declared(
    "connector_source_last_delivery_timestamp_seconds", "gauge",
    "When a source was last heard of", ("source",),
)  # fmt: skip
REFUSED = Declared(
    "connector_refused", "counter", "Requests refused, by source and reason", ("source", "reason")
)
IGNORED = Declared(
    "connector_ignored", "counter", "Events ignored, by source and type", ("source", "reason")
)
MISSED = Declared(
    "connector_missed", "counter",
    "What a source never told and a reconciliation found, by source and kind",
    ("source", "reason"),
)  # fmt: skip
RECONCILED = Declared(
    "connector_reconciled_timestamp_seconds", "gauge",
    "When the latest finished pass through a source's Moodle began", ("source",),
)  # fmt: skip
RULE_FAULTS = Declared(
    "connector_rule_faults", "counter", "Faults of rules", ("municipality", "rule")
)
RULES_OFF = Declared(
    "connector_rules_switched_off", "gauge", "Rules switched off after too many faults",
    ("municipality",),
)  # fmt: skip
ALARMS = Declared(
    "connector_alarms", "gauge", "Alarms that are open, by kind (docs/ru/alarms.md)", ("kind",)
)

WATCHED = Declared(
    "connector_watched_timestamp_seconds", "gauge",
    "When it was last looked whether anything is amiss",
)  # fmt: skip
TICK = Declared("connector_tick_timestamp_seconds", "gauge", "When the tick last began a turn")
BATCH_SECONDS = Declared(
    "connector_batch_seconds", "histogram", "Batches of work done, by kind", ("kind",)
)
BATCH_ROWS = Declared("connector_batch_rows", "counter", "Rows of those batches", ("kind",))
BATCH_FAULTS = Declared(
    "connector_batch_faults", "counter", "Batches that failed as a whole", ("kind",)
)
HINTS = Declared(
    "connector_hints", "counter", "Hints the broker took or did not take", ("outcome",)
)
LETTERS = Declared(
    "connector_letters", "counter", "Letters by channel and outcome", ("channel", "outcome")
)
EVENTS = Declared(
    "connector_events", "counter", "Domain events published, and tries with the broker away",
    ("outcome",),
)  # fmt: skip
ACTIONS = Declared(
    "connector_actions", "counter", "What was done in the Moodles, by kind and outcome",
    ("kind", "outcome"),
)  # fmt: skip
WEBHOOK_CALLS = Declared(
    "connector_webhook_calls", "counter", "Calls of other systems' webhooks", ("outcome",)
)
MOODLE_REQUESTS = Declared(
    "connector_moodle_requests", "counter",
    "Questions to a source's Moodle, asked or kept back, by outcome", ("source", "outcome"),
)  # fmt: skip
MOODLE_WAIT = Declared(
    "connector_moodle_wait_seconds", "counter",
    "Time spent waiting for a place in the budget of questions", ("source",),
)  # fmt: skip
MOODLE_BREAKER = Declared(
    "connector_moodle_breaker_openings", "counter",
    "How often a worker began to leave a Moodle alone", ("source",),
)  # fmt: skip

PLUGIN_SECONDS = Declared(
    "connector_plugin_seconds", "histogram", "Batches that a plugin's Python was asked about",
    ("municipality",),
)  # fmt: skip

TALLIED = (
    TICK, WATCHED, BATCH_SECONDS, BATCH_ROWS, BATCH_FAULTS, HINTS, LETTERS, EVENTS, WEBHOOK_CALLS,
    ACTIONS, MOODLE_REQUESTS, MOODLE_WAIT, MOODLE_BREAKER, PLUGIN_SECONDS,
)  # fmt: skip
"""Counted by whoever does the work and summed up in the database (connector.tallies)."""

METRICS = (
    DATABASE_UP, BUILD, COLLECTED, HOOKS, LAG, DELIVERIES, PARKED, UNJUDGED, REJUDGED, LEASES,
    NOTICES, NOTICE_LAG, LAST_DELIVERY, REFUSED, IGNORED, MISSED, RECONCILED,
    RULE_FAULTS, RULES_OFF, ALARMS, *TALLIED,
)  # fmt: skip

OF_THE_PROCESS = (
    "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_start_time_seconds",
    "process_cpu_seconds_total", "process_open_fds", "process_max_fds", "python_info",
)  # fmt: skip
"""Told by prometheus_client about the process that was asked."""
