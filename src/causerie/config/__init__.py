"""Settings as data: fields with units and bounds, the reader of the file, and on which line a mistake is."""
