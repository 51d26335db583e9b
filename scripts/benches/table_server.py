"""moto's DynamoDB in a process of its own, so that only the client is measured; prints its address.

Served by uvicorn, which keeps connections as DynamoDB does and moto's own server does not. Ends when its standard input
does.
"""

from __future__ import annotations

import socket
import sys
import threading

import uvicorn
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

HOST = "127.0.0.1"


def main() -> None:
    """Serve until there is nobody left who would ask."""
    application = DomainDispatcherApplication(create_backend_app)
    server = uvicorn.Server(uvicorn.Config(application, interface="wsgi", lifespan="off", log_level="error"))
    with socket.create_server((HOST, 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        print(f"http://{HOST}:{listening.getsockname()[1]}", flush=True)
        sys.stdin.read()
        server.should_exit = True
        thread.join()


if __name__ == "__main__":
    main()
