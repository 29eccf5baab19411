"""Judge tokens by the server of a snippet: `judge.py SNIPPET`, tokens in, claims or null out."""

import asyncio
import json
import runpy
import sys


async def main() -> None:
    """Show each token to the server's own verifier."""
    verifier = runpy.run_path(sys.argv[1])["mcp"].auth
    verdicts = {}
    for name, token in json.load(sys.stdin).items():
        access = await verifier.verify_token(token)
        verdicts[name] = None if access is None else access.claims
    json.dump(verdicts, sys.stdout)


asyncio.run(main())
