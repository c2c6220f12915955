# The service in an image: `docker build --tag bedwatch .`; docker-compose.yml shows it with broker and volume.

# Stage 1 builds the nurse-station page and the wheel; its tools (Node among them) stay here.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements-runtime.lock requirements-build.lock ./
RUN python -m venv /opt/bedwatch \
 && /opt/bedwatch/bin/pip install --require-hashes --only-binary :all: -r requirements-runtime.lock \
 && pip install --require-hashes --only-binary :all: -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY adapters adapters
COPY alerts alerts
COPY simulator simulator
COPY monitor monitor
RUN python -m hatchling build --target wheel --directory /tmp/wheel \
 && /opt/bedwatch/bin/pip install --no-deps --no-index /tmp/wheel/*.whl \
 && /opt/bedwatch/bin/pip uninstall --yes pip setuptools

# Stage 2 holds the interpreter, the service and nothing else. It never runs as root.
FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin bedwatch \
 && install --directory --owner bedwatch --mode 0700 /var/lib/bedwatch
COPY --from=build /opt/bedwatch /opt/bedwatch
ENV PATH=/opt/bedwatch/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /var/lib/bedwatch
VOLUME ["/var/lib/bedwatch"]
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["bedwatch"]
# The site's own file is mounted there, never over the package `config`: a mount would hide the code.
CMD ["serve", "--site", "/etc/bedwatch/site.toml", "--data", "/var/lib/bedwatch", "--host", "0.0.0.0", "--port", "8080"]
