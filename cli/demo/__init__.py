"""The demonstration: people, habits and attacks that do not exist, so that a new Vigie has something to show.

- `history.load_history` writes thirty days of account activity into the reference service's own database; from there it
  takes the same way as everything else.
- `traffic.run` drives real HTTP through the running service: visits, mistakes, sign-ups and, from time to time, an
  attack on the log-in.
- `logs` names three log files that the worker reads under `vigie up --demo` alone; `log_history` writes ten days into
  them, `log_traffic` goes on from there: customers of a web site, scanners, guesses at SSH, a shell in a container.
- `mark` makes the screen say "demonstration data"; `clear.clear` removes all of it again and leaves real people's rows.

Everything is recognisable: accounts end in `@demo.example`, addresses come from the ranges reserved for documentation
(RFC 5737, RFC 3849). Neither can belong to anybody.

The password of all demonstration accounts follows from the seed. Give a random one of at least 64 bits, the same to
history and traffic, and keep it as a secret where others can reach the service.
"""
