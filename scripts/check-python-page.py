#!/usr/bin/env python3
"""Runs the Python blocks of docs/python.md, as they stand there, against `./questream demo --stay`.

Needs what the page installs: confluent-kafka, fastavro, qdrant-client; and Java. Takes about a minute.
"""

import os
import pathlib
import re
import subprocess
import sys

HOME = pathlib.Path(__file__).resolve().parent.parent


def main():
    page = (HOME / "docs/python.md").read_text()
    program = "\n".join(re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE))
    demo = subprocess.Popen(
        [HOME / "questream", "demo", "--stay", "--limit", "20", "--http-port", "-1", "--set", "input.format=auto"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        seen = []
        for line in demo.stderr:
            seen.append(line)
            broker = re.search(r"Broker (\S+) stays up", line)
            if broker:
                break
        else:
            sys.exit("the demo did not come up:\n" + "".join(seen))
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=HOME,
            env={**os.environ, "BROKER": broker.group(1)},
            stdout=subprocess.PIPE,
            text=True,
            timeout=120,
        )
        print(done.stdout, end="")
        nearest = [line.split("  ", 1)[1] for line in done.stdout.splitlines()]
        assert done.returncode == 0, "the page's program failed"
        assert nearest[:2] == ["Which painter made Guernica?", "Who painted Guernica?"], nearest
    finally:
        demo.communicate("\n", timeout=120)  # an empty line ends it


if __name__ == "__main__":
    main()
