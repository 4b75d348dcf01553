#!/usr/bin/env bash
# Gradescope runs this once, as root, while it builds the image of the assignment (Debian or Ubuntu).
# A base image that brings /autograder/venv with everything of requirements.txt keeps it.
set -euo pipefail

source=/autograder/source
venv=/autograder/venv
. "$source/setup_settings.sh"

refreshed=
install_packages() {
    [ -n "$refreshed" ] || apt-get update -qq
    refreshed=yes
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# Final releases from 3.11 to 3.13 that can make virtual environments.
fits() {
    command -v "$1" >/dev/null && "$1" -c 'import sys, venv, ensurepip
sys.exit(not ((3, 11) <= sys.version_info < (3, 14) and sys.version_info.releaselevel == "final"))' 2>/dev/null
}

# The version with which the archive was packed is wanted most: wheels are made for one version.
candidates=("$PACKED_WITH" python3.12 python3.11 python3.13 python3)

find_python() {
    python=
    for candidate in "${candidates[@]}"; do
        if fits "$candidate"; then
            python=$candidate
            return
        fi
    done
}

install_python() {
    for candidate in "${candidates[@]}"; do
        if install_packages "$candidate" "$candidate-venv" 2>/dev/null && fits "$candidate"; then
            python=$candidate
            return
        fi
    done
}

if ! dpkg-query -W -f='${Status}' libseccomp2 2>/dev/null | grep -q "ok installed"; then
    install_packages libseccomp2
fi

if [ -x "$venv/bin/python" ]; then
    echo "$venv is there already: nothing is downloaded."
else
    find_python
    [ -n "$python" ] || install_python
    if [ -z "$python" ]; then
        # Ubuntu 22.04, Gradescope's usual image, has 3.10 and a release candidate of 3.11.
        if install_packages software-properties-common && add-apt-repository -y ppa:deadsnakes/ppa; then
            refreshed=
            install_python
        fi
    fi
    if [ -z "$python" ]; then
        echo "Python 3.11 to 3.13 is needed and cannot be installed here. Choose another base image" \
            "for the autograder: Ubuntu 24.04 has Python 3.12." >&2
        exit 1
    fi
    echo "Using $("$python" --version)"
    "$python" -m venv "$venv"
    install=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir)
    if [ -d "$source/wheels" ]; then
        "${install[@]}" --no-index --find-links "$source/wheels" --requirement "$source/requirements.txt"
    else
        if [ -n "$TORCH_INDEX" ]; then
            "${install[@]}" --index-url "$TORCH_INDEX" "$(grep '^torch==' "$source/requirements.txt")"
        fi
        "${install[@]}" --requirement "$source/requirements.txt"
    fi
fi

"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps --force-reinstall \
    "$source"/engine/*.whl

# What the build of the image says about the sandbox need not hold where submissions run, so it decides
# nothing; there every run looks again, and grades nothing without a sandbox.
"$venv/bin/python" -I -m autograder.cli doctor --quick --config "$source/$CONFIG" ||
    echo "The sandbox does not work while this image is built. See what a run says."
