# Wraps the scripts; nothing here that they cannot do.
.PHONY: run demo test check format lock bench docs

run:            ## start Vigie
	scripts/run.sh

demo:           ## start Vigie with demonstration data and traffic
	scripts/run.sh --demo

test:           ## every check and every test
	scripts/test.sh

check:          ## style, types, layers: seconds
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports

format:
	.venv/bin/ruff check --fix . && .venv/bin/ruff format .

lock:           ## compile the pinned, hashed requirements again
	.venv/bin/uv pip compile requirements.in --universal --python-version 3.11 --generate-hashes --upgrade -q -o requirements.txt
	.venv/bin/uv pip compile requirements-dev.in --universal --python-version 3.11 --generate-hashes --upgrade -q -o requirements-dev.txt

bench:          ## the figures of docs/reference/figures.md
	.venv/bin/python -m benchmarks

docs:           ## write the generated reference pages again
	.venv/bin/python scripts/render_reference.py && .venv/bin/python scripts/render_alerts.py
