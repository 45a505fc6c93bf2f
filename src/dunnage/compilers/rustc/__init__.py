"""rustc and the drivers that are rustc with more in it (clippy-driver)."""
