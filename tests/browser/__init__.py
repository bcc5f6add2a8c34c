"""The product as a person meets it: real pages, a real server, a real browser."""
