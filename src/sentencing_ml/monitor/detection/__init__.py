"""What is watched of each judge: definitions, the reference, charts, the blind-first stage, the monthly list."""
