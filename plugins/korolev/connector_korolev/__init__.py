"""Rules of the city of Korolev: data in rules/, read by the connector."""
