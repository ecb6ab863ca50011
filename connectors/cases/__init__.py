"""Case-handling systems: cases as they stand."""
