#!/bin/sh
# One night and its run report: judges what has come, then prints the report on
# standard output. Made for a scheduler: it can be killed at any instant, and the next start
# goes on from there. The exit status is the worse of the two: 0, 1 for a gate that
# was met, 2 if something could not be done.
#
#   MTLINT_HOME    folder of the feed, the state and the reports (/var/lib/mtlint)
#   MTLINT_INPUT   what is read: a file, a folder or a pattern (all .jsonl, also
#                  packed, in the folder feed of MTLINT_HOME)
#   MTLINT_BATCH   further flags for mtlint batch, such as: --sensitivity balanced
#   MTLINT_REPORT  further flags for mtlint report, such as: --fail-under 60
set -u
# A scheduler that ends the night sends SIGTERM to mtlint too, which finishes what it
# has in hand; the run report then says that the night was cut short.
trap : TERM INT

home=${MTLINT_HOME:-/var/lib/mtlint}
input=${MTLINT_INPUT:-$home/feed/*.jsonl*}

# The pattern is quoted: mtlint itself finds the files, however many there are. The
# flags are not: they are several words.
# shellcheck disable=SC2086
mtlint batch "$input" --output "$home/reports.jsonl" --state "$home/night.state" \
    --resume --offline --quiet ${MTLINT_BATCH:-}
batch=$?
if [ "$batch" -ge 2 ]; then
    echo "mtlint-night: the batch ended with status $batch; the report is of the last run that was begun" >&2
fi

# shellcheck disable=SC2086
mtlint report "$home/night.state" --fail-on-error ${MTLINT_REPORT:-}
report=$?

[ "$batch" -gt "$report" ] && exit "$batch"
exit "$report"
