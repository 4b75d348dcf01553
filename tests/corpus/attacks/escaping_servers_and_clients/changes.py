# %% attack after features
import asyncio
import ftplib
import http.client
import http.server
import smtplib
import socket
import socketserver
import ssl
import threading
import urllib.request
import xmlrpc.server

import requests
from tornado.tcpserver import TCPServer


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


def listening():
    server = TCPServer()
    server.listen(0, "127.0.0.1")
    assert server._sockets, "tornado passes over families that do not exist"
    server.stop()


async def served():
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    assert server.sockets, "asyncio passes over families that do not exist"
    server.close()


async def unix_served():
    server = await asyncio.start_unix_server(lambda reader, writer: None, "socket-of-mine")
    server.close()


async def datagrams():
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    transport.close()


def in_a_loop_of_its_own(make):
    result = []

    def run():
        try:
            asyncio.run(make())
            result.append(True)
        except BaseException as error:
            result.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if result != [True]:
        raise OSError(repr(result))


tries = [
    lambda: http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler).server_close(),
    lambda: socketserver.UDPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler).server_close(),
    lambda: socketserver.UnixStreamServer("another-socket", socketserver.BaseRequestHandler).server_close(),
    lambda: xmlrpc.server.SimpleXMLRPCServer(("127.0.0.1", 0)).server_close(),
    lambda: socket.create_server(("127.0.0.1", 0)).close(),
    lambda: socket.create_connection(("127.0.0.1", 22), 0.2),
    lambda: http.client.HTTPConnection("127.0.0.1", 80, timeout=0.2).request("GET", "/"),
    lambda: smtplib.SMTP("127.0.0.1", timeout=0.2),
    lambda: ftplib.FTP("127.0.0.1", timeout=0.2),
    lambda: urllib.request.build_opener(urllib.request.HTTPHandler).open("http://127.0.0.1", timeout=0.2),
    lambda: urllib.request.urlopen("file:///etc/hostname").read(),
    lambda: ssl.get_server_certificate(("127.0.0.1", 443), timeout=0.2),
    lambda: requests.get("http://127.0.0.1", timeout=0.2),
    lambda: requests.get("http+unix://x", timeout=0.2),
    listening,
    lambda: in_a_loop_of_its_own(served),
    lambda: in_a_loop_of_its_own(unix_served),
    lambda: in_a_loop_of_its_own(datagrams),
]
for number, attempt in enumerate(tries):
    try:
        attempt()
    except Exception as error:
        print(number, type(error).__name__)
    else:
        print(number, "worked")
        reward()
