"""How well a service answers: quantiles of histograms, objectives, error budgets, and what its metrics are called."""
