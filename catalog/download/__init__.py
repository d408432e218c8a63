"""The bytes of a version: what to fetch, which addresses may be contacted, readers of storage, Git and Git LFS, verification, and the target."""
