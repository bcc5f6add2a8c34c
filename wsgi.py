"""The WSGI application: `flask --app wsgi ...` and any WSGI server start here."""

from inventory.app import create_app

app = create_app()
