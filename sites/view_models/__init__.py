"""What templates are given: rows joined with the links and badges that they are shown with."""
