"""Events as lines of IRC, once for each set of capabilities."""
