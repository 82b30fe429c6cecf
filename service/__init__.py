"""The pipeline that joins photos and catalogue, and the HTTP service around it."""
