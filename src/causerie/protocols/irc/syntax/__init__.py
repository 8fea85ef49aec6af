"""IRC's tables and grammar: lines, names, masks, modes as settings, numerics, capabilities, errors."""
