"""The catalog for agents: a server of the Model Context Protocol (https://modelcontextprotocol.io) that reads, and nothing else."""
