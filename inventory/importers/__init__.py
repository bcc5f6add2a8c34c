"""What others' files say about a fleet: tables read, columns mapped, rows checked; one file per format."""
