"""A worker without PyTorch: says what it is told to, and what a worker does that trains. Run by the interpreter that a
test puts in the place of `sys.executable`.
"""

import json
import os
import sys
import threading
import time


def say(kind, **values):
    print(json.dumps({"kind": kind, **values}), flush=True)


def main():
    state, step = "starting", 0
    say("Ready")

    def listen():
        nonlocal state
        for line in sys.stdin:
            command = json.loads(line)
            if command["name"] == "begin":
                say("Begun", config=json.loads(os.environ["STAND_IN_CONFIG"]), step=0)
                state = "running"
            elif command["name"] in ("pause", "resume"):
                state = {"pause": "paused", "resume": "running"}[command["name"]]
            elif command["name"] == "turn":
                say("Changed", step=step, **command["values"])
                continue
            elif command["name"] == "stop":
                state = "stopped"
            say("State", state=state, step=step, key=None, values={})
        state = "stopped"

    threading.Thread(target=listen, daemon=True).start()
    while state != "stopped":
        time.sleep(0.02)
        if state == "running":
            step += 1
            values = {"images": 64 * step, "seconds": step / 50, "loss": 9.0, "recon": 8.0, "kl": [1.0, 0.5]}
            say("Point", step=step, **values, knobs={"beta": 1.0, "gamma": 0.0, "capacity": 0.0, "lr": 0.001})


main()
