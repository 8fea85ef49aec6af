"""Events and answers as one line of text each, for clients that have no form for them."""
