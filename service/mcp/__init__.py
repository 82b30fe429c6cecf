"""A running service as tools for assistants (Model Context Protocol); it loads no model."""
