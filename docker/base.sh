#!/bin/sh
# Make the base image where no registry of images can be reached: what `debian:bookworm-slim` is, from Debian's packages.
#
#     sh docker/base.sh TAG        # as root, with debootstrap; DOCKER names the client
set -eu
umask 022 # the image's folders are to be read by more than whoever builds it
tag=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
debootstrap --variant=minbase bookworm "$folder/root" >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
cd "$folder/root"
# As in the slim image: no manuals and translations, now or with later packages.
cat >etc/dpkg/dpkg.cfg.d/slim <<'SLIM'
path-exclude /usr/share/doc/*
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
SLIM
rm -rf usr/share/doc/* usr/share/info/* usr/share/locale/* usr/share/man/* var/cache/apt/* var/lib/apt/lists/* var/log/*
tar --create --numeric-owner --one-file-system . | ${DOCKER:-docker} import - "$tag" >/dev/null
