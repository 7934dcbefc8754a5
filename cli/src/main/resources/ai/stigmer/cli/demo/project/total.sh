#!/bin/sh
# Adds up the prices in a file with one "name price" pair on each line.
awk 'NR > 1 { total += $2 } END { printf "%.2f\n", total }' "$1"
