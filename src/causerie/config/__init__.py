"""Settings as data: fields with units and bounds, the file, addresses, where a mistake stands."""
