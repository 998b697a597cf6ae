#!/usr/bin/env bash
# Installs fastapi-guard in an environment of its own and says where the command is. Part of action.yml.
set -euo pipefail

environment="$RUNNER_TEMP/fastapi-guard"
requirement="$GITHUB_ACTION_PATH"
if [[ -n "$FASTAPI_GUARD_VERSION" ]]; then
  requirement="fastapi-guard-lint==$FASTAPI_GUARD_VERSION"
fi

# Isolated: nothing of the repository that is checked out here is imported.
"$FASTAPI_GUARD_PYTHON" -I -m venv "$environment"
scripts="$environment/bin"
if [[ ! -d "$scripts" ]]; then
  scripts="$environment/Scripts"
fi
"$scripts/python" -I -m pip install --quiet --disable-pip-version-check -- "$requirement"
echo "command=$scripts/fastapi-guard" >> "$GITHUB_OUTPUT"
