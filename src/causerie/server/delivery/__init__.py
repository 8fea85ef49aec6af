"""What was committed, to those who are here: subscribers of channels, outbound events, fan-out, sends in batches."""
