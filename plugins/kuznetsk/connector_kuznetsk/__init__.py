"""Rules of the city of Kuznetsk: data in rules/, read by the connector."""
