"""Node-RED where npm can install it: a flow that checks the signature, inserts, answers 200."""

import json
import shutil
import subprocess
from pathlib import Path

from tests.bench.installation import Installation
from tests.guards.tree import ROOT
from tests.services.ports import free_port

PACKAGES = ("node-red@4", "pg@8")
FOLDER = ROOT / ".bench/node-red"
INSTALL_S = 300

SETTINGS = """
module.exports = {
    uiHost: "127.0.0.1",
    uiPort: Number(process.env.BENCH_PORT),
    userDir: process.env.BENCH_USER_DIR,
    flowFile: "flows.json",
    disableEditor: true,
    httpAdminRoot: false,
    credentialSecret: "bench",
    logging: { console: { level: "warn", metrics: false, audit: false } },
    functionGlobalContext: {
        crypto: require("crypto"),
        pool: new (require("pg").Pool)({
            connectionString: process.env.BENCH_DATABASE_URL, max: 16
        }),
        key: Buffer.from(process.env.BENCH_SECRET.replace("whsec_", ""), "base64"),
    },
};
"""

FUNCTION = """
const crypto = global.get("crypto"), pool = global.get("pool"), key = global.get("key");
const headers = msg.req.headers, raw = msg.payload;
const stamp = headers["webhook-timestamp"] || "";
const signed = Buffer.concat([Buffer.from(`${headers["webhook-id"]}.${stamp}.`), raw]);
const expected = "v1," + crypto.createHmac("sha256", key).update(signed).digest("base64");
const given = headers["webhook-signature"] || "";
if (given.length !== expected.length ||
        !crypto.timingSafeEqual(Buffer.from(given), Buffer.from(expected)) ||
        Math.abs(Date.now() / 1000 - Number(stamp)) > 300) {
    msg.statusCode = 401;
    msg.payload = {};
    return msg;
}
const event = JSON.parse(raw).events[0];
const digest = crypto.createHash("sha256").update(raw).digest("hex");
const found = await pool.query({
    name: "insert",
    text: `INSERT INTO deliveries (source, key, digest, type, body, received_at, state, attempts,
        conflict) VALUES ($1, $2, $3, $4, $5, now(), 'ready', 0, false)
        ON CONFLICT (source, key, digest) DO NOTHING`,
    values: ["moodle", event.id, digest, event.type, raw],
});
msg.statusCode = 200;
msg.headers = { "content-type": "application/json" };
msg.payload = { accepted: found.rowCount, duplicate: 1 - found.rowCount, ignored: 0 };
return msg;
"""


def installed() -> str:
    """Empty once Node-RED is there; else why it cannot be."""
    if (FOLDER / "node_modules/node-red/red.js").exists():
        return ""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "not installable here: there is no node with npm"
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--omit=dev", *PACKAGES]
    try:
        done = subprocess.run(
            command, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=INSTALL_S
        )
    except subprocess.TimeoutExpired:
        return "not installable here: npm install did not end in time"
    if done.returncode:
        return f"not installable here: npm install ended with {done.returncode}"
    return ""


def version() -> str:
    found = json.loads((FOLDER / "node_modules/node-red/package.json").read_text(encoding="utf-8"))
    return str(found["version"])


def serve(product: Installation, secret: str) -> int:
    """Node-RED on the product's database; its port once it answers."""
    user = product.folder / "node-red"
    user.mkdir()
    (user / "flows.json").write_text(json.dumps(_flow()), encoding="utf-8")
    settings: Path = FOLDER / "bench-settings.js"
    settings.write_text(SETTINGS, encoding="utf-8")
    port = free_port()
    process = product.start(
        "env", f"BENCH_PORT={port}", f"BENCH_USER_DIR={user}", f"BENCH_SECRET={secret}",
        f"BENCH_DATABASE_URL={product.database_url}", "NODE_ENV=production",
        "node", str(FOLDER / "node_modules/node-red/red.js"), "--settings", str(settings),
    )  # fmt: skip
    product.await_port(process, port)
    return port


def _flow() -> list[dict[str, object]]:
    return [
        {"id": "flow", "type": "tab", "label": "bench"},
        {"id": "in", "type": "http in", "z": "flow", "url": "/hooks/moodle", "method": "post",
         "upload": False, "skipBodyParsing": True, "wires": [["work"]]},
        {"id": "work", "type": "function", "z": "flow", "name": "", "func": FUNCTION,
         "outputs": 1, "wires": [["out"]]},
        {"id": "out", "type": "http response", "z": "flow", "statusCode": "", "headers": {},
         "wires": []},
    ]  # fmt: skip
