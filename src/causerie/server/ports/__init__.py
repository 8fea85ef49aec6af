"""What the server asks of the outside: the store, the changes it is asked to keep, and how logged events are coded."""
