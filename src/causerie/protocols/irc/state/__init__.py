"""What all IRC connections share: the network as they see it, the welcome, NAMES, labels."""
