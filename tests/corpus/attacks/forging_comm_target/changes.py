# %% attack after features
import json
import socket
import struct

def serve(comm, opened):
    channel = socket.socket(fileno=3)

    def tell(message):
        header = json.dumps({"m": message, "b": []}).encode()
        channel.sendall(struct.pack(">IQ", len(header), 0) + header)

    tell({"serving": True})
    while prefix := channel.recv(12, socket.MSG_WAITALL):
        header_size, blob_size = struct.unpack(">IQ", prefix)
        question = json.loads(channel.recv(header_size, socket.MSG_WAITALL))["m"]
        channel.recv(blob_size, socket.MSG_WAITALL) if blob_size else None
        if question["op"] == "stop":
            return
        tell({"n": question["n"], "value": True})

manager = get_ipython().kernel.comm_manager
manager.targets.clear()
manager.register_target("autograder.questions", serve)
