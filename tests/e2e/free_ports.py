#!/usr/bin/env python3
"""Prints N loopback ports that nobody listens on right now. usage: free_ports.py N"""
import socket
import sys

sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(each.getsockname()[1] for each in sockets))
