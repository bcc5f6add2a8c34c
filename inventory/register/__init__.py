"""What we hold: assets, their identifiers and parts, places, departments and parties."""
