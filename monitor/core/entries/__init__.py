"""What people see at the bedside and enter by hand."""
