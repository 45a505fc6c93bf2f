"""The benchmark: one command, `python -m bench`, prints every figure of the performance page with the peers beside it.

Every figure is a ratio taken in one run on one machine: machines are noisy, and seconds of yesterday say nothing about
today. Contestants take turns (A B C, B C A, …), and what is printed is the median. It is never a test.
"""
