"""What a proposed change of the rules would do, without its doing it."""
