"""`browse`: the stored watch in a browser, read-only, on this machine unless another address is asked for."""

from __future__ import annotations

import sys
from typing import Any

import click

from bot.places import config_path, store_file
from bot.store import Store


@click.command()
@click.option("--port", default=8765, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True, help="Who may reach it; another address has no login.")
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser of this machine.")
@click.pass_obj
def browse(obj: dict[str, Any], port: int, host: str, open_it: bool) -> None:
    """Stories, claims, matches with marked evidence, entities, press attention and feeds, with search and facets.

    Needs Datasette, the extra "browse". Ends with Ctrl-C.
    """
    database = store_file(
        config_path(obj.get("config")), "take what is in it to a file by `armswatch store copy`, and browse that"
    )
    with Store.opened(database, readonly=True):
        pass  # says what is wrong with the file before a server starts
    try:
        from bot.serve.browse import application, serve

        application(database)
    except ImportError as error:
        raise click.ClickException(
            f'Datasette is not installed ({error.name}): {sys.executable} -m pip install "datasette>=0.65,<1"'
        ) from error
    address = f"http://{host}:{port}/"
    click.echo(f"{address}  (Ctrl-C ends it)")
    if host not in {"127.0.0.1", "::1", "localhost"}:
        click.echo("whoever can reach this address can read everything that is stored", err=True)
    if open_it:
        click.launch(address)
    serve(database, host, port)
