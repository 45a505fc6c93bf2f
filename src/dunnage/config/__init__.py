"""Where dunnage keeps its things, and what a person may set."""
