"""What dunnage says: text for people, JSON for programs, environment for shells. Values in, text out."""
