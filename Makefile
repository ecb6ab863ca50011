# Each verb is deploy/run.py's, which runs without make too. Arguments go on: make test ARGS="-k verdict".
PYTHON ?= python3
ARGS ?=

.PHONY: demo test setup lint bench lock wheelhouse clean
demo test setup lint bench lock wheelhouse clean:
	@$(PYTHON) deploy/run.py $@ $(ARGS)
