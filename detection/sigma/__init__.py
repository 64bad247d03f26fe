"""Detection as code: Sigma rules, read, compiled to SQL over the event store, and explained."""
