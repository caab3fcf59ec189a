#!/usr/bin/env python3
"""A service manager in small: owns a listening socket and runs a program over it, several times in a row.

usage: socket_owner.py TURNS SECONDS_EACH COMMAND...
Logs the port; passes the socket as descriptor 3, named "http" (sd_listen_fds(3)); ends each run with TERM and
fails when one does not exit with 0.
"""
import os
import signal
import socket
import subprocess
import sys
import time

turns, seconds, command = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
print(f"event=listening port={listener.getsockname()[1]}", flush=True)
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
environment = {**os.environ, "LISTEN_FDS": "1", "LISTEN_FDNAMES": "http"}
for turn in range(turns):
    # LISTEN_PID is the program's own number, which only its shell knows before it runs.
    child = subprocess.Popen(["sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh", *command], pass_fds=(3,), env=environment)
    time.sleep(seconds)
    child.send_signal(signal.SIGTERM)
    status = child.wait(timeout=30)
    print(f"event=turn_ended status={status}", flush=True)
    if status != 0:
        sys.exit(1)
print("event=all_ended ok=true", flush=True)
