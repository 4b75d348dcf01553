# The grader with its lab: same marks wherever it runs. `make docker` builds it (docs/reproducibility.md).
#
#     docker run --rm --network none --read-only --tmpfs /tmp \
#         -v "$PWD/class.zip:/in/class.zip:ro" -v "$PWD/out:/out" autograder:VERSION grade /in/class.zip --out /out
#
# Settings of the building machine come as secrets and are in no layer: `pip` (a pip.conf), the files `cert` and
# `client-cert` that it may name (as /run/secrets/cert), `apt` (an apt.conf). Wheels in docker/wheels are preferred to a package index.

# To get the same system again, name it by digest: --build-arg BASE_IMAGE=debian@sha256:…
ARG BASE_IMAGE=debian:bookworm-slim


FROM ${BASE_IMAGE} AS system
RUN --mount=type=secret,id=apt \
    set -e; if [ -f /run/secrets/apt ]; then export APT_CONFIG=/run/secrets/apt; fi; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get update -qq; \
    apt-get install -y -qq --no-install-recommends libseccomp2 python3; \
    apt-get clean; \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/* /usr/share/doc/* /tmp/*


FROM system AS build
RUN --mount=type=secret,id=apt \
    set -e; if [ -f /run/secrets/apt ]; then export APT_CONFIG=/run/secrets/apt; fi; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get update -qq; \
    apt-get install -y -qq --no-install-recommends binutils ca-certificates python3-pip python3-venv
# Where the default index offers only a large torch: --build-arg TORCH_ARGS="--extra-index-url <one with CPU builds>"
ARG TORCH_ARGS=""
RUN --mount=type=secret,id=pip --mount=type=secret,id=cert --mount=type=secret,id=client-cert \
    --mount=type=bind,source=docker/wheels,target=/wheels \
    --mount=type=bind,source=docker/locks,target=/locks \
    set -e; if [ -f /run/secrets/pip ]; then export PIP_CONFIG_FILE=/run/secrets/pip; fi; \
    python3 -m venv --without-pip /opt/python; \
    python3 -m pip --python /opt/python/bin/python install --quiet --no-cache-dir --no-compile --no-deps \
        --require-hashes --only-binary=:all: --find-links /wheels ${TORCH_ARGS} \
        --requirement "/locks/$(uname -m).txt"
RUN --mount=type=bind,source=docker/trim.py,target=/trim.py \
    python3 /trim.py /opt/python/lib/python3*/site-packages
# Not inside site-packages: what lies there, student code can read and import. And not beside the lab: the interpreter
# remembers what lies beside a package.
COPY autograder /opt/engine/autograder
COPY LICENSE grading_config.yml /lab/
COPY reference /lab/reference
COPY student_template /lab/student_template
COPY tests /lab/tests
RUN --mount=type=bind,source=docker,target=/docker \
    --mount=type=bind,source=pyproject.toml,target=/pyproject.toml \
    set -e; \
    install -m 755 /docker/command.py /opt/python/bin/autograder; \
    python3 /docker/metadata.py /pyproject.toml /opt/engine; \
    for packages in /opt/python/lib/python3*/site-packages; do echo /opt/engine > $packages/autograder.pth; done; \
    cd /lab; /opt/python/bin/python /docker/check_data.py; \
    chmod -R u=rwX,go=rX /lab /opt; \
    /opt/python/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/engine /lab


FROM system
COPY --from=build /opt/python /opt/python
COPY --from=build /opt/engine /opt/engine
COPY --from=build /lab /lab
# AUTOGRADER_CONTAINER: results go to the owner of the folder that is mounted for them.
ENV PATH=/opt/python/bin:/usr/bin:/bin LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 AUTOGRADER_CONTAINER=1
WORKDIR /lab
# Root inside: each worker's student code then gets a user id of its own, which only root can give. `--user` works too.
ENTRYPOINT ["autograder"]
CMD ["--help"]
# Rarely, since it costs a few seconds of a core: whoever grades for hours is to notice, not to wait.
HEALTHCHECK --interval=15m --timeout=3m --retries=2 CMD ["autograder", "doctor", "--quick"]
ARG VERSION=unknown
ARG LAB_FINGERPRINT=unknown
LABEL org.opencontainers.image.title="autograder" \
      org.opencontainers.image.description="Grades Jupyter-notebook labs: student code in a sandbox, tests outside" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      autograder.lab.fingerprint="${LAB_FINGERPRINT}"
