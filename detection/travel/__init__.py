"""Logins of one account from places too far apart: only where the operator names a file that places addresses."""
