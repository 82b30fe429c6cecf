"""The table of what shoppers did with matches: it holds no vector and does not expire."""

import sqlalchemy as sa

metadata = sa.MetaData()

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("session", sa.String, primary_key=True),
    sa.Column("item", sa.Integer, primary_key=True),
    sa.Column("product", sa.String, primary_key=True),
    sa.Column("event", sa.String, primary_key=True),
    sa.Column("position", sa.Integer),  # from 1 among the matches shown; null: not among them
    sa.Column("at", sa.Float, nullable=False),  # seconds since 1970, of the first time
)
