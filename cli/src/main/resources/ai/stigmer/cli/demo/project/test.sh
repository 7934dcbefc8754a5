#!/bin/sh
# The one test of this project.
expected=10.00
actual=$(sh total.sh prices.txt)
if [ "$actual" = "$expected" ]; then
  echo "PASS: the total is $actual"
else
  echo "FAIL: the total should be $expected, but is $actual"
  exit 1
fi
