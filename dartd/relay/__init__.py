"""The relay of a venue: many boards from JetStream, any number of viewers, nothing stored."""
