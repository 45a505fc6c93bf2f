"""The store: blobs, records of what was compiled, the digest memo and the counters of one user."""
