"""What tests share: worlds, servers, catalogs, and the originals as judges."""
