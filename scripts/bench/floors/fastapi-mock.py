"""Stands in for the mock of KFP's proposal: FastAPI behind uvicorn, which answers every template at once, without gRPC."""

import asyncio
import json
import os

import uvicorn
from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/api/v1/template.execute")
async def execute(request: Request):
    body = await request.json()
    names = [parameter["name"] for parameter in body["template"]["outputs"]["parameters"]]
    parameters = [{"name": name, "value": ""} for name in names]
    return {"node": {"phase": "Succeeded", "message": "driver done", "outputs": {"parameters": parameters}}}


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        print(json.dumps({"message": "listening", "address": f"http://127.0.0.1:{port}"}), flush=True)


config = uvicorn.Config(app, host="127.0.0.1", port=int(os.environ["SERVER_PORT"]), log_level="warning")
asyncio.run(Server(config).serve())
