"""The demonstration: two invented towns, recorded deliveries of a real Moodle, and what follows."""

from connector.demo.run import run_demo

__all__ = ["run_demo"]
