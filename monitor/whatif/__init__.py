"""What would have happened under other rules: recorded sessions compared, limits and delays swept."""
