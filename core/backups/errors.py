class BackupError(Exception):
    """The backup or restore did not happen, or what came back differs; the text says what and what to do."""
