"""The same, hidden from whoever counts brackets in the file itself."""

import base64


def build() -> bytes:
    return base64.b64encode(b'{"cells": [' + b"[]," * 3_000_000 + b"0]}")
