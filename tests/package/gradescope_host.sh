#!/usr/bin/env bash
# A stand-in for Gradescope's machine: builds an image from an autograder zip and runs submissions in it.
#
#     unshare --mount --propagation private gradescope_host.sh FOLDER VENV
#
# FOLDER/source holds the unpacked zip. Every FOLDER/cases/NAME/submission is run in a container of its own;
# results/, the exit status and a log appear beside it. A case may have a file memory.max, which the container
# then shows as its limit, and a file launcher.py, which starts run_autograder. VENV, where given, is brought
# by the image as /autograder/venv. A container is this machine's root below a layer in memory: nothing on it
# changes, and all mounts are gone when this process has ended. No path may hold a comma (options of mount).
set -euo pipefail
folder=$1
venv=${2:-}

layers=$folder/layers
mkdir -p "$layers"
mount -t tmpfs tmpfs "$layers"

# Make a root from lower layers ($2) with a writable one on top; $layers/$1/root is the result.
container() {
    local place=$layers/$1
    mkdir -p "$place"/{upper,work,root,venv-upper,venv-work}
    mount -t overlay overlay -o "lowerdir=$2,upperdir=$place/upper,workdir=$place/work" "$place/root"
    for system in proc dev sys; do
        mount --rbind "/$system" "$place/root/$system"
    done
    mount -t tmpfs tmpfs "$place/root/tmp"
    chmod 1777 "$place/root/tmp"
    if [ -n "$venv" ]; then
        mkdir -p "$place/root/autograder/venv"
        mount -t overlay overlay \
            -o "lowerdir=$3,upperdir=$place/venv-upper,workdir=$place/venv-work" "$place/root/autograder/venv"
    fi
}

# Only what a container would see: this machine's settings for pip, say, are none of its business.
inside() {
    local root=$1
    shift
    env -i PATH="$PATH" HOME=/root PIP_CONFIG_FILE=/dev/null \
        chroot "$root" /bin/bash -c 'cd /autograder && exec "$@"' - "$@" </dev/null
}

# As Gradescope builds an image: the zip's contents, run_autograder in its place, setup.sh once.
container image / "$venv"
image=$layers/image
mkdir -p "$image"/root/autograder/{source,submission,results}
cp -a "$folder/source/." "$image/root/autograder/source/"
cp -a "$folder/source/run_autograder" "$image/root/autograder/run_autograder"
if ! inside "$image/root" bash /autograder/source/setup.sh >"$folder/setup.log" 2>&1; then
    echo "setup.sh failed" >&2
    exit 1
fi

for place in "$folder"/cases/*/; do
    case=$(basename "$place")
    container "$case" "$image/upper:/" "$image/venv-upper:$venv"
    root=$layers/$case/root
    cp -a "$place/submission/." "$root/autograder/submission/"
    cp "$folder/submission_metadata.json" "$root/autograder/"
    if [ -e "$place/memory.max" ]; then
        mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
        cp "$place/memory.max" "$root/sys/fs/cgroup/"
    fi
    command=(/autograder/run_autograder)
    if [ -e "$place/launcher.py" ]; then
        cp "$place/launcher.py" "$root/tmp/launcher.py"
        command=(/autograder/venv/bin/python /tmp/launcher.py "${command[@]}")
    fi
    status=0
    inside "$root" "${command[@]}" >"$place/log" 2>&1 || status=$?
    echo "$status" >"$place/status"
    cp -a "$root/autograder/results" "$place/results"
done
