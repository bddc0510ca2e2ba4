"""THE WAREHOUSE: the records that flow, and the tables they land in."""
