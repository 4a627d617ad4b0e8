"""Settings, object storage, notifications, the lake and the local stack; imports only ``schemas``."""
