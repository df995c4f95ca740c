/**
 * Whether an error comes from a machine without a network.
 *
 * @module
 */

/** What systems, Deno and pip say where no name is found and no host is reached. */
const OFFLINE = new RegExp(
  [
    "failure in name resolution",
    "name or service not known",
    "nodename nor servname",
    "failed to lookup address",
    "getaddrinfo failed",
    "no address associated with hostname",
    "dns error",
    "network is (?:unreachable|down)",
    "no route to host",
    "no such host is known",
  ].join("|"),
  "i",
);

/** Whether an error's message, or a program's output, says that there is no network here. */
export function seemsOffline(words: string): boolean {
  return OFFLINE.test(words);
}

/** The end of a sentence on what is lacking because of that. */
export const OFFLINE_REMEDY =
  "this machine seems to be offline; docs/installing.md says how to bring it from another";
