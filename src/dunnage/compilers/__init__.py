"""Front-ends, a row of peers: argv to verdict. Pure: no I/O, no clock."""
