"""What people ask for, as they write it, made a Requirements document: the same for the command line
and the TUI."""
