"""The daemon: sockets, sessions, views, life cycle. One process a user and version; a thread a session."""
