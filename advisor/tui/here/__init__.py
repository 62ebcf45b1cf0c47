"""What this machine has and does: files to get, engines to run, speeds to measure."""
