import json


def build() -> bytes:
    metadata = {"kernelspec": {"name": "=1+1", "language": "=cmd|' /C calc'!A0", "display_name": "<script>"}, "language_info": {"name": "=cmd|' /C calc'!A0\x1b[31m<img src=x>"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": [
        {"cell_type": "code", "id": "attack", "metadata": {}, "execution_count": None, "outputs": [], "source": "1"}]}).encode()
