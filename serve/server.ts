/**
 * The server of the live page: on this machine alone, and to be read only.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { UsageError } from "../base/errors.ts";
import { reportFile, reportPath } from "./files.ts";
import { livePage } from "./page/page.ts";
import { Watched } from "./watched.ts";

/** The port that is tried first where none is asked for. */
export const USUAL_PORT = 4747;

/** Ports that are tried where none is asked for. */
const TRIES = 20;

/** Milliseconds after its last question in which a page counts as open. */
const OPEN_MS = 4000;

/** Milliseconds that the end waits for pages that are open. */
const FAREWELL_MS = 8000;

/** On every answer. */
const HEADERS = {
  "cache-control": "no-cache",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** A server that runs. */
export class LiveServer {
  readonly #watched: Watched;
  readonly #servers: Deno.HttpServer[] = [];
  readonly #page = livePage();
  #port = 0;
  /** When a page last asked how all stands, and whether the report was given out since it was whole. */
  #askedAt = -Infinity;
  #reportGiven = false;

  /** @param out The folder that is shown; it is read only, and may not be there yet. */
  constructor(private readonly out: string) {
    this.#watched = new Watched(out);
  }

  /**
   * Starts it on the loopback addresses.
   *
   * @param port Null for the usual one, or the next that is free; 0 for any.
   * @throws {UsageError} When the port cannot be had.
   */
  async start(port: number | null): Promise<this> {
    await this.#page;
    const ports = port === null
      ? [...Array.from({ length: TRIES }, (_, i) => USUAL_PORT + i), 0]
      : [port];
    for (const tried of ports) {
      try {
        this.#listen(tried);
        return this;
      } catch (error) {
        if (error instanceof Deno.errors.AddrInUse && port === null) continue;
        throw refusal(tried, error);
      }
    }
    throw refusal(USUAL_PORT, new Deno.errors.AddrInUse());
  }

  /** Where the page is. */
  get address(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  #listen(port: number): void {
    const serve = (hostname: string, port: number) =>
      Deno.serve({
        ...{ hostname, port, onListen: () => {} },
        onError: () => answer(500, "This cannot be shown."),
      }, (request) => this.#respond(request));
    const server = serve("127.0.0.1", port);
    this.#port = (server.addr as Deno.NetAddr).port;
    this.#servers.push(server);
    try {
      this.#servers.push(serve("::1", this.#port));
    } catch {
      // A machine may have no such address.
    }
  }

  async #respond(request: Request): Promise<Response> {
    const { method } = request;
    if (!this.#isOwn(request)) {
      return answer(421, "This server answers to 127.0.0.1 and localhost alone.");
    }
    if (method !== "GET" && method !== "HEAD") {
      return answer(405, "Here things are read only.", { allow: "GET, HEAD" });
    }
    const response = await this.#get(request);
    return method === "HEAD" ? await withoutBody(response) : response;
  }

  /** Whether it was asked under its own name: a page of another name may have led here (DNS). */
  #isOwn(request: Request): boolean {
    const host = request.headers.get("host");
    const names = ["127.0.0.1", "localhost", "[::1]"];
    const site = request.headers.get("sec-fetch-site");
    // A link may lead here, from wherever it is; what another page asks for in silence may not.
    const mode = request.headers.get("sec-fetch-mode");
    const foreign = site === "cross-site" && mode !== "navigate";
    return !foreign && names.some((name) => host === `${name}:${this.#port}`);
  }

  async #get(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/") return tagged(request, await this.#page);
    if (pathname === "/state") {
      this.#askedAt = performance.now();
      // What takes long to be read is told when it is asked for next.
      await Promise.race([this.#watched.look(), pause(1000)]);
      const after = Number(searchParams.get("after") ?? -1);
      return tagged(request, json(this.#watched.state(searchParams.get("plan"), after)));
    }
    if (pathname === "/curves") {
      return tagged(request, json(this.#watched.curves(Number(searchParams.get("group")))));
    }
    if (pathname === "/report" || pathname === "/report/") {
      return answer(302, "", { location: "/report/index.html" });
    }
    const parts = reportPath(pathname);
    const file = parts && await reportFile(this.out, parts);
    if (file === null) return answer(404, "There is no such page.");
    if (pathname === "/report/index.html" && this.#watched.reported) this.#reportGiven = true;
    for (const [name, value] of Object.entries(HEADERS)) file.headers.set(name, value);
    return file;
  }

  /** Ends it, after pages that are open have seen the end and been given the report. */
  async farewell(): Promise<void> {
    const end = performance.now() + FAREWELL_MS;
    const isOpen = () => performance.now() - this.#askedAt < OPEN_MS;
    while (isOpen() && !this.#reportGiven && performance.now() < end) await pause(100);
    await this.close();
  }

  /** Ends it at once. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.shutdown()));
  }
}

/** A text with its type and policy. */
interface Content {
  readonly type: string;
  readonly policy: string;
  readonly text: string;
}

const json = (value: unknown): Content => ({
  ...{ type: "application/json", policy: "default-src 'none'" },
  text: JSON.stringify(value),
});

/** An answer that is given anew only where it is another one than the browser has. */
function tagged(request: Request, { type, policy, text }: Content): Response {
  const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
  const headers = { ...HEADERS, etag, "content-type": type, "content-security-policy": policy };
  return request.headers.get("if-none-match") === etag
    ? new Response(null, { status: 304, headers })
    : new Response(text, { headers });
}

function answer(status: number, text: string, headers: Record<string, string> = {}): Response {
  const type = { "content-type": "text/plain; charset=utf-8" };
  const policy = { "content-security-policy": "default-src 'none'" };
  return new Response(text, { status, headers: { ...HEADERS, ...type, ...policy, ...headers } });
}

async function withoutBody({ body, status, headers }: Response): Promise<Response> {
  await body?.cancel();
  return new Response(null, { status, headers });
}

/** The sentence on a port that cannot be had. */
function refusal(port: number, error: unknown): Error {
  if (!(error instanceof Error)) throw error;
  const why = error instanceof Deno.errors.AddrInUse
    ? "another program listens there"
    : error instanceof Deno.errors.PermissionDenied
    ? "this user may not listen there"
    : error.message;
  return new UsageError(
    `Cannot serve the live page on port ${port}: ${why}; give another port, or none for one that ` +
      `is free`,
  );
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
