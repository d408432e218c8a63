"""Parsers of strangers' formats that know no connector: YAML, gitignore, gitattributes, Git LFS, URLs."""
