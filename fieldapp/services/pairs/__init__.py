"""One person once: candidates, pairs shown and decided, files compared with each other."""
