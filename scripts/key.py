"""``snapshelf key``: makes an API key."""

import json
from typing import Annotated

import typer

from scripts.options import JsonOption
from service.access_keys import SCOPES, new_key
from service.errors import SettingsError


def key(
    name: Annotated[str, typer.Argument(help="whose it is; shown in no answer")],
    scopes: Annotated[str, typer.Option(help=f"some of {','.join(SCOPES)}; admin opens all")],
    as_json: JsonOption = False,
) -> None:
    """Makes a key, prints it once, and the line by which the server will know it."""
    try:
        made, kept = new_key(name, scopes.split(","))
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error
    toml = f'keys.{name} = "{kept.setting}"'
    environment = f"SNAPSHELF_KEYS='{json.dumps({name: kept.setting})}'"
    if as_json:
        told = {"name": name, "scopes": scopes.split(","), "key": made}
        print(json.dumps(told | {"toml": toml, "environment": environment}, indent=1))
        return
    print(f"{made}\n")
    print("This is the key. It is shown this once: give it to its owner.")
    print("The server knows it by this line in snapshelf.toml, above any [table]; one that runs")
    print("takes it over within two seconds,")
    print(f"  {toml}")
    print("or from its start by this variable; several keys are entries of one object.")
    print(f"  {environment}")
