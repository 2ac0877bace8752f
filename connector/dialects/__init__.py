"""From a sender's bytes to the domain's signals, one file a dialect."""
