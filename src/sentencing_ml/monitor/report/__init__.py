"""What a court and each judge read of the watch."""
