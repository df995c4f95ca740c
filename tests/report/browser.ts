/**
 * A headless Chromium without a network, driven over the DevTools protocol.
 *
 * @module
 */
import { join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** The path of a Chromium; null when none is installed. */
export function findChromium(): string | null {
  const folders = (Deno.env.get("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":");
  for (const folder of folders) {
    for (const name of NAMES) {
      const path = join(folder, name);
      try {
        if (Deno.statSync(path).isFile) return path;
      } catch {
        // not in this folder
      }
    }
  }
  return null;
}

/** A page in the browser. */
export interface Tab {
  /** Sends a DevTools command and returns its result. */
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  /** The value of an expression in the page; promises are awaited. */
  evaluate<T>(expression: string): Promise<T>;
  /** Waits until an expression is true in the page. */
  until(expression: string): Promise<void>;
  /** Errors, warnings and exceptions so far. */
  readonly complaints: string[];
  /** Addresses other than the page's own that were asked for. */
  readonly requests: string[];
}

/** Opens a browser on an empty page, hands it to `work`, and closes it whatever happens. */
export async function withTab<T>(chromium: string, work: (tab: Tab) => Promise<T>): Promise<T> {
  const profile = await Deno.makeTempDir({ prefix: "chromium-" });
  const browser = new Deno.Command(chromium, {
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--hide-scrollbars",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const port = await debuggingPort(profile);
    const pages = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
    const page = pages.find((page: { type: string }) => page.type === "page");
    const { tab, close } = await connect(page.webSocketDebuggerUrl);
    try {
      return await work(tab);
    } finally {
      await close();
    }
  } finally {
    try {
      browser.kill("SIGKILL");
    } catch {
      // it has ended by itself
    }
    await browser.status;
    // Its helpers may still be writing for a moment.
    await retry(() => Deno.remove(profile, { recursive: true })).catch(() => {});
  }
}

function debuggingPort(profile: string): Promise<string> {
  return retry(async () => {
    const text = await Deno.readTextFile(join(profile, "DevToolsActivePort"));
    const [port, path] = text.split("\n");
    if (!port || !path) throw new Error("Cannot talk to Chromium: it has not named its port yet.");
    return port;
  });
}

async function connect(address: string): Promise<{ tab: Tab; close: () => Promise<void> }> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const complaints: string[] = [];
  const requests: string[] = [];
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  let last = 0;
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.id !== undefined) {
      const answer = waiting.get(message.id)!;
      waiting.delete(message.id);
      if (message.error) answer.reject(new Error(message.error.message));
      else answer.resolve(message.result);
      return;
    }
    const { method, params } = message;
    if (method === "Runtime.exceptionThrown") {
      const { text, exception } = params.exceptionDetails;
      complaints.push(`${text} ${exception?.description ?? ""}`);
    } else if (method === "Runtime.consoleAPICalled") {
      if (["error", "warning", "assert"].includes(params.type)) {
        complaints.push(JSON.stringify(params.args));
      }
    } else if (method === "Log.entryAdded") {
      if (params.entry.level !== "verbose") complaints.push(params.entry.text);
    } else if (method === "Network.requestWillBeSent") {
      const { url } = params.request;
      if (!/^(data|blob):/.test(url) && url !== params.documentURL) requests.push(url);
    }
  };
  const send: Tab["send"] = (method, params = {}) => {
    const answer = Promise.withResolvers<Record<string, unknown>>();
    const id = ++last;
    waiting.set(id, answer);
    socket.send(JSON.stringify({ id, method, params }));
    return answer.promise;
  };
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    }) as { result: { value: T }; exceptionDetails?: { exception?: { description?: string } } };
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? expression);
    return result.value;
  };
  const until = (expression: string) =>
    retry(async () => {
      if (!await evaluate(expression)) throw new Error(`It never came true: ${expression}`);
    });
  for (const domain of ["Runtime", "Log", "Network", "Page"]) await send(`${domain}.enable`);
  const close = async () => {
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  };
  return { tab: { send, evaluate, until, complaints, requests }, close };
}

/** Tries every 50 ms for 20 s; then fails with the last error. */
async function retry<T>(work: () => Promise<T>): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
