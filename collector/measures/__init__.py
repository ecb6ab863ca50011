"""The measures: pure functions of records, runs, register and exclusions. One file per family, no I/O."""
