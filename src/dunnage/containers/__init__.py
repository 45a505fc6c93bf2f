"""Containers: how client, socket and environment get into what cross, docker, podman and nerdctl start."""
