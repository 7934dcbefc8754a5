"""An MCP server over standard streams: its one tool says whether it got its variable."""

import json
import os
import sys

TOOL = {
    "name": "try_lock",
    "description": "Tries the lock with the key.",
    "inputSchema": {"type": "object", "properties": {}},
    "annotations": {"readOnlyHint": True},
}

for line in sys.stdin:
    request = json.loads(line)
    if "id" not in request:
        continue
    if request["method"] == "initialize":
        result = {
            "protocolVersion": request["params"]["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "lock", "version": "1"},
        }
    elif request["method"] == "tools/list":
        result = {"tools": [TOOL]}
    else:
        opens = os.environ.get("LOCK_KEY") == sys.argv[1][::-1]
        text = "open" if opens else "locked"
        result = {"content": [{"type": "text", "text": text}]}
    print(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}), flush=True)
