"""Changes to a repository: the only room that writes to one."""
