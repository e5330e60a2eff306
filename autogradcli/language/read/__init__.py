"""Source text to a checked tree: grammar, scopes, the closed list, tokens."""
