"""What keeps results beyond this machine: a row of backends behind one contract."""
