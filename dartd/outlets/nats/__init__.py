"""The venue over NATS JetStream: the connection, the stream and its subjects, and the outlet of a board."""
