"""The documentation site: pages made from the code, and links that lead out of ``docs/``.

MkDocs calls ``hooks.py``; ``make docs`` builds the site. Nothing that is made here is committed.
"""
