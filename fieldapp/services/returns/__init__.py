"""What came back to be put right: to whom, until when, given to somebody else, or to a new laptop."""
