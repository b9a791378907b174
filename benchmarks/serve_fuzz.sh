#!/bin/sh
# Schemathesis against a service of its own: made-up requests of the description, none of which may end in a 500.
# pip install schemathesis; then: sh benchmarks/serve_fuzz.sh [examples a route]
set -eu
port=8321
python -m venule serve --port $port --queue 64 &
service=$!
trap 'kill $service' EXIT
until python -c "import httpx,sys; sys.exit(not httpx.get('http://127.0.0.1:$port/healthz').json()['ready'])" 2>/dev/null; do sleep 1; done
schemathesis run "http://127.0.0.1:$port/openapi.json" --max-examples "${1:-50}" --continue-on-failure \
  --exclude-checks positive_data_acceptance --suppress-health-check all --generation-database none --no-color
