"""Region data as it is shipped, and the tool that makes it."""
