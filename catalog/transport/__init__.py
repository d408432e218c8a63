"""The network: Git's protocol over HTTP, SSH and TCP, repositories on disk, credentials and limits."""
