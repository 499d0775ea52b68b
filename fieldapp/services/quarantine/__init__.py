"""What does not count: shown with who wrote it and why, taken over under the own name, or refused."""
