// Bottender's own server with one handler. It checks the SHA-1 signature, the only one it knows, keeps its
// sessions in memory, and answers before the handler has run. Stores nothing.
const { MessengerBot } = require("bottender");
const { createServer } = require("@bottender/express");
const two = require("./two");

const { PORT, APP_SECRET } = process.env;

two(() => {
  const bot = new MessengerBot({
    accessToken: "unused",
    appId: "1029384756102930",
    appSecret: APP_SECRET,
    verifyToken: "unused",
  });
  let texts = 0;
  bot.onEvent(async (context) => {
    if (context.event.isText) texts += context.event.text.length > 0;
  });
  createServer(bot, { path: "/hook" }).listen(Number(PORT), "127.0.0.1");
});
