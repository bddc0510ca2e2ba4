"""ALERT: Exchange → Alert, once; and the channels that carry it."""
