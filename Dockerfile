# What runs in production, and nothing else: docker build -t taskflow .
#
# The base is pinned by digest. `docker buildx imagetools inspect python:3.11-slim-bookworm` tells
# the newest; put it here, or try it first with --build-arg PYTHON_IMAGE=python:3.11-...@sha256:...
ARG PYTHON_IMAGE=python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b

FROM ${PYTHON_IMAGE} AS build
WORKDIR /app

# Each package exactly as locked, by hash; none is compiled here. The environment has no pip.
COPY requirements.txt .
RUN python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --require-hashes --no-deps --only-binary=:all: --compile -r requirements.txt

# Static files as the deployed stages serve them: hashed names, compressed. The stage wants its
# secrets even so; these are worth nothing and gone with the line.
COPY . .
RUN ENV=DEV \
    BASE_URL=https://build.invalid \
    DATABASE_URL=postgres://build.invalid/build \
    SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    ADMIN_API_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    KEY_ENCRYPTION_KEYS="$(python -c 'import secrets; print(secrets.token_urlsafe(32))')" \
    /opt/venv/bin/python manage.py collectstatic --no-input \
    && /opt/venv/bin/python -m compileall -q .

FROM ${PYTHON_IMAGE}

# Whoever gets in finds no pip, no package manager and no shell; this one takes itself away.
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3.*/site-packages /usr/lib/python3/dist-packages \
        /usr/bin/pip* /usr/bin/perl* /usr/*bin/apt* /usr/*bin/dpkg* /var/lib/apt \
        /bin/bash /bin/rbash /bin/dash /bin/sh

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app

# A number, so that a platform that asks for non-root can tell. Nothing here is its own: the file
# system may be read-only, and heartbeats go to /dev/shm.
USER 65532:65532

# PID 1 itself, so that SIGTERM reaches it. The platform probes /health and /health/ready.
CMD ["gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
