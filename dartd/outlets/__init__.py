"""Consumers of the hub and periodic publishers that are not web clients."""
