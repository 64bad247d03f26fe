"""Who may see and do what: deny by default over the whole server, sessions, sign-in, roles, headers."""
