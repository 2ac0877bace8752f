"""The loops: receive, resolve, fold, send, tick. Used alike by both ways to run."""
