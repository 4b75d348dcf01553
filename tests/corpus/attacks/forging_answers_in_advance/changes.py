# %% attack after features
import json
import os
import struct

def frame(message):
    header = json.dumps({"m": message, "b": []}).encode()
    return struct.pack(">IQ", len(header), 0) + header

answers = b"".join(frame({"n": number, "value": True}) for number in range(-5, 20))
os.write(3, frame({"serving": True}) + answers)
