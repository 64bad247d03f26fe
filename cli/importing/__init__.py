"""`vigie import`: log files of any of the known formats, read once."""
