#!/bin/sh
# Does the wheel stand alone? Builds it, installs it into a new environment outside the repository
# and asks a folder of one note; ends with 0 when the answer cites the note.
#
#     sh benchmarks/wheel.sh [PYTHON]
set -eu
repository=$(cd "$(dirname "$0")/.." && pwd)
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

"$python" -m venv "$place/venv"
"$place/venv/bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps \
    --wheel-dir "$place" "$repository"
"$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    -c "$repository/constraints.txt" "$place"/pincite-*.whl
ls -l "$place"/pincite-*.whl

mkdir "$place/folder"
echo "The station lies 42 km north of the pass." >"$place/folder/note.txt"
cd "$place"
export PINCITE_DATA_DIR="$place/data" PINCITE_CACHE_DIR="$place/cache"
answer=$("$place/venv/bin/pincite" ask folder "How far is the station from the pass?")
echo "$answer"
case $answer in
*"42 km"*"note.txt"*) echo "the wheel stands alone" ;;
*) echo "the installed wheel did not answer from the note" >&2; exit 1 ;;
esac
