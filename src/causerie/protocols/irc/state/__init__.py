"""What all IRC connections share (the network as they see it, the welcome, NAMES), and one of them as its commands see
it.
"""
