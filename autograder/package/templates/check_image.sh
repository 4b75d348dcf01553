#!/usr/bin/env bash
# Runs while the image for Gradescope is built: does the grader work on this base?
set -euo pipefail
source=/autograder/source
python=/opt/python/bin/python
. "$source/setup_settings.sh"

"$python" --version
# Whatever needs a shared library that the base has to have, and everything that grading imports.
if ! "$python" -I -c 'import bz2, ctypes, decimal, lzma, readline, sqlite3, ssl, uuid, zlib
import IPython, matplotlib, numpy, pandas, pyseccomp, torch, zmq
import autograder.package.gradescope_run'; then
    echo "The interpreter of the image does not work on this base. Ubuntu 22.04 and later are meant to do." >&2
    exit 1
fi

# What the build says about the sandbox need not hold where submissions run; there every run looks again.
"$python" -I -m autograder.cli doctor --quick --config "$source/$CONFIG" ||
    echo "The sandbox does not work while this image is built. See what a run says."
