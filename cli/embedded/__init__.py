"""A real PostgreSQL of our own: found or brought, on a private socket, with scram passwords."""
