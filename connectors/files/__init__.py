"""Records from files that somebody exports: CSV, Excel workbooks, Parquet."""
