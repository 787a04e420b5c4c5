#!/bin/bash
# Looks around in its cell, then hands in the sample submission. It needs bash, cp and mkdir of its image.
# Each check is a line in logs/cell.txt: `ok` or `FAILED`. The exit code is 1 if one failed.
mkdir -p /home/logs
failed=0
say() { echo "$1" | tee -a /home/logs/cell.txt; }
tee() { local line; while IFS= read -r line; do printf '%s\n' "$line"; printf '%s\n' "$line" >> "$2"; done; }
check() { if [ "$2" = yes ]; then say "ok: $1"; else say "FAILED: $1"; failed=1; fi; }
yes_if() { if "$@" 2>/dev/null; then echo yes; else echo no; fi; }
no_if() { if "$@" 2>/dev/null; then echo no; else echo yes; fi; }
has() { [[ "$1" == *"$2"* ]]; }
writes() { : > "$1"; }
connects() { ( exec 3<> "/dev/tcp/$1/$2" ); }

check "it is not root" "$(no_if [ "$EUID" = 0 ])"
check "the data can be read" "$(yes_if [ -r /home/data/description.md ])"
check "the data cannot be written to" "$(no_if writes /home/data/written)"
for folder in submission logs code; do
  check "/home/$folder can be written to" "$(yes_if writes "/home/$folder/.written")"
done
check "there is no private folder of this competition" "$(no_if [ -e "/private/data/$COMPETITION_ID" ])"
check "the engine cannot be reached" "$(no_if [ -e /var/run/docker.sock ])"
check "the disks of the machine cannot be read" "$(no_if [ -r /dev/sda -o -r /dev/vda -o -r /dev/nvme0n1 ])"

# What the kernel was told to hold up, by either version of its interface.
shopt -s nullglob
for limit in memory.max cpu.max pids.max memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us pids/pids.max; do
  if [ -r "/sys/fs/cgroup/$limit" ]; then read -r value < "/sys/fs/cgroup/$limit"; say "limit: $limit $value"; fi
done

# Its first line is the header.
sample=/home/data/sample_submission.csv
[ -r "$sample" ] || for sample in /home/data/*ample*ubmission*.csv; do break; done
cp "$sample" /home/submission/submission.csv
check "a sample submission is handed in" "$(yes_if [ -s /home/submission/submission.csv ])"

# The checker, by hand: not every image has curl.
ask() {
  local length=${#3}
  exec 3<> /dev/tcp/localhost/5000 || return 1
  printf '%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=part\r\nContent-Length: %s\r\n\r\n%s' \
    "$1" "$2" "$length" "$3" >&3
  local line answer=
  while IFS= read -r -t 60 line <&3 || [ -n "$line" ]; do answer="$line"; line=; done
  exec 3>&-
  printf '%s' "$answer"
}
LC_ALL=C
health=$(ask GET /health "")
check "the checker runs: $health" "$(yes_if has "$health" running)"
content=$(< /home/submission/submission.csv)
body=$'--part\r\nContent-Disposition: form-data; name="file"; filename="submission.csv"\r\n\r\n'"$content"$'\n\r\n--part--\r\n'
answer=$(ask POST /validate "$body")
check "the checker answers: $answer" "$(yes_if has "$answer" result)"
say "network: $(connects 1.1.1.1 53 2>/dev/null && echo reached || echo none)"
exit $failed
