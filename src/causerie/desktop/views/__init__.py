"""What is drawn, and which keys do what."""
