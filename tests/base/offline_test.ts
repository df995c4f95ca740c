/** What is known for a machine without a network, and what is not. */
import assert from "node:assert/strict";
import { seemsOffline } from "../../base/offline.ts";

Deno.test("systems, Deno and pip say in their words that there is no network", () => {
  const said = [
    "Failed to establish a new connection: [Errno -3] Temporary failure in name resolution",
    "[Errno -2] Name or service not known",
    "[Errno 8] nodename nor servname provided, or not known",
    "[Errno 11001] getaddrinfo failed",
    "client error (Connect): dns error: failed to lookup address information",
    "[Errno 101] Network is unreachable",
    "tcp connect error: No route to host (os error 113)",
    "No such host is known. (os error 11001)",
  ];
  for (const words of said) assert.ok(seemsOffline(words), words);
  const others = [
    "ERROR: No matching distribution found for tensorflow-cpu==2.21.0",
    "Connection reset by peer (os error 104)",
    "the server answered 503 Service Unavailable",
    "certificate verify failed",
    "",
  ];
  for (const words of others) assert.ok(!seemsOffline(words), words);
});
