"""HTTP around the pipeline: routes, schemas, problems, the page."""
