FROM python:3.12-slim AS build
RUN python -m venv /opt/venv
WORKDIR /src
COPY deploy/requirements-server.lock ./
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements-server.lock
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY app ./app
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps .

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 callcenter && mkdir -p /app/storage /app/logs \
    && chown -R callcenter /app
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 ENVIRONMENT=production DEBUG=false
WORKDIR /app
USER callcenter
EXPOSE 8000
VOLUME ["/app/storage"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=40s --retries=3 \
    CMD ["python", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT') or 8000), timeout=5); c.request('GET', '/api/v1/health/live'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["call-center", "serve"]
