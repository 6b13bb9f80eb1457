"""Alerts: rules over events and sampled figures. Values in, values out."""
