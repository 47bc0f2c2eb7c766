// As many processes as our door has.
const cluster = require("node:cluster");

module.exports = function two(serve) {
  if (!cluster.isPrimary) return serve();
  cluster.fork();
  cluster.fork();
  process.on("SIGTERM", () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill();
    process.exit(0);
  });
};
