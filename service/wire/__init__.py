"""The schemas of the HTTP interface: pydantic alone, so that clients may import them too."""
