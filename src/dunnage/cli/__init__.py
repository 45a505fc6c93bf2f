"""The command line: one file per command. No work is done here; it reads words, calls other rooms, says what came."""
