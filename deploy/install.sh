#!/bin/sh
# Makes the environment in the folder given: `sh deploy/install.sh .venv`. PYTHON=/path/to/python chooses the interpreter.
set -eu

fail() {
    echo "$1" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

environment=$1
if [ ! -x "$environment/bin/python" ]; then
    for python in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        is_new_enough "$python" && break
        python=
    done
    [ -n "$python" ] || fail "Circuitboard needs Python 3.11 or newer, and none was found; install one, or name it: PYTHON=/path/to/python3.11 make"
    echo "Making the environment in $environment with $("$python" --version)"
    "$python" -m venv "$environment" || fail "Python could not make a virtual environment; on Debian and Ubuntu, install the package python3-venv."
fi

echo "Installing the pinned dependencies; the first time, this takes a few minutes"
"$environment/bin/python" -m pip install --disable-pip-version-check -c deploy/constraints.txt -e '.[web,worker,dev]' \
    || fail "The dependencies could not be installed; the reason is above (often: no network, or a full disk)."
