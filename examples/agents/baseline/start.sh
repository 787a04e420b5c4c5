#!/bin/bash
# The code that made a submission is kept beside it.
mkdir -p /home/code && cp /home/agent/train.py /home/code/train.py
if command -v conda > /dev/null; then
  eval "$(conda shell.bash hook)" && conda activate agent
fi
exec python /home/agent/train.py "$@"
