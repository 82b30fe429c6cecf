"""Readers of the formats that feeds come in, one file a format; ``index.feeds`` picks one."""
