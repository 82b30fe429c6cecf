"""``snapshelf settings``: every setting, its value and what it means."""

from rich.console import Console
from rich.table import Table

from scripts.options import JsonOption
from service.settings import Settings, load_settings


def show_settings(as_json: JsonOption = False) -> None:
    """Lists the settings as they are in force here."""
    settings = load_settings()
    if as_json:
        print(settings.model_dump_json(indent=1))
        return
    table = Table("variable", "value", "meaning")
    for name, field in Settings.model_fields.items():
        value = str(getattr(settings, name))
        table.add_row(f"SNAPSHELF_{name.upper()}", value, field.description)
    Console().print(table)
