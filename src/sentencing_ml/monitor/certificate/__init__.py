"""What the monitor finds, and flags falsely, in simulated judges whose behaviour is known."""
