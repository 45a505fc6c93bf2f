"""The doctor: one file for each thing that can be wrong, with its cure. It changes nothing."""
