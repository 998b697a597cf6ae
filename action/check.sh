#!/usr/bin/env bash
# Checks the project: annotations on standard output, a SARIF log, a step summary. Part of action.yml.
# The exit code of the check becomes an output, so that the log is uploaded before the job fails.
set -uo pipefail

# Bash 3, which macOS has, takes an empty array for an unset variable: hence ${name[@]+"${name[@]}"} below.
arguments=()
while IFS= read -r line; do
  [[ -n "$line" ]] && arguments+=("$line")
done <<< "$FASTAPI_GUARD_ARGS"
paths=()
while IFS= read -r line; do
  [[ -n "$line" ]] && paths+=("$line")
done <<< "$FASTAPI_GUARD_PATHS"
project=()
[[ -n "$FASTAPI_GUARD_ROOT" ]] && project+=(--root "$FASTAPI_GUARD_ROOT")
[[ -n "$FASTAPI_GUARD_CONFIG" ]] && project+=(--config "$FASTAPI_GUARD_CONFIG")

sarif="$RUNNER_TEMP/fastapi-guard.sarif"
findings="$RUNNER_TEMP/fastapi-guard-findings.md"
operations="$RUNNER_TEMP/fastapi-guard-operations.md"
rm -f -- "$sarif" "$findings" "$operations"
if ! cd -- "$FASTAPI_GUARD_WORKING_DIRECTORY"; then
  echo "exit-code=2" >> "$GITHUB_OUTPUT"
  exit 0
fi

"$FASTAPI_GUARD_COMMAND" check --output-format github --output "sarif:$sarif" --output "markdown:$findings" \
  ${project[@]+"${project[@]}"} ${arguments[@]+"${arguments[@]}"} -- ${paths[@]+"${paths[@]}"}
code=$?

if [[ "$FASTAPI_GUARD_SUMMARY" == "true" && -f "$findings" ]]; then
  # GitHub drops a summary of more than one megabyte.
  "$FASTAPI_GUARD_COMMAND" routes --quiet --output-format markdown --output "$operations" \
    ${project[@]+"${project[@]}"} -- ${paths[@]+"${paths[@]}"} 2> /dev/null
  {
    head -c 400000 -- "$findings"
    if [[ -f "$operations" ]]; then
      printf '\n<details><summary>Every operation with its guard</summary>\n\n'
      head -c 400000 -- "$operations"
      printf '\n</details>\n'
    fi
  } >> "$GITHUB_STEP_SUMMARY"
fi

if [[ -f "$sarif" ]]; then
  echo "sarif-file=$sarif" >> "$GITHUB_OUTPUT"
fi
echo "exit-code=$code" >> "$GITHUB_OUTPUT"
