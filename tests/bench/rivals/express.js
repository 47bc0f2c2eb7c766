// Checks the HMAC over the bytes as they came, parses them, answers. Stores nothing.
const { createHmac, timingSafeEqual } = require("node:crypto");
const express = require("express");
const two = require("./two");

const { PORT, APP_SECRET } = process.env;

function signed(request) {
  const expected = Buffer.from("sha256=" + createHmac("sha256", APP_SECRET).update(request.body).digest("hex"));
  const given = Buffer.from(request.get("X-Hub-Signature-256") ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

two(() => {
  const app = express();
  app.post("/hook", express.raw({ type: "application/json" }), (request, response) => {
    if (!signed(request)) return response.status(403).end();
    JSON.parse(request.body);
    response.send("EVENT_RECEIVED");
  });
  app.listen(Number(PORT), "127.0.0.1");
});
