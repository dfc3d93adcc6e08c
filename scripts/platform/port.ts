import { createServer } from "node:net";
import { ClearError, errorCode } from "./clear-error.ts";

/** Reads a port from text; null when it is none. 0 lets the system choose. */
export function parsePort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : null;
}

/** Refuses an address that something listens on already, before any work is done for it. */
export async function refuseTakenPort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => reject(explain(error, host, port)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}

function explain(error: Error, host: string, port: number): Error {
  const other = "Choose another one: npm start -- --port <port>, or PORT=<port> npm start.";
  switch (errorCode(error)) {
    case "EADDRINUSE":
      return new ClearError(`Port ${port} is taken by another program. ${other}`);
    case "EACCES":
      return new ClearError(`Port ${port} may not be used by this user. ${other}`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new ClearError(`This machine has no address ${host}. Set AO_HOST to one that it has, such as 127.0.0.1.`);
    default:
      return error;
  }
}
