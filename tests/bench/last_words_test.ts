/** What is told of a worker process that dies, from what it wrote. */
import assert from "node:assert/strict";
import { lastLines, sentenceIn } from "../../bench/execute/last_words.ts";

/** The last words in what a process wrote, in pieces as a pipe gives them. */
async function words(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const pieces = Array.from(
    { length: Math.ceil(bytes.length / 7) },
    (_, i) => bytes.slice(7 * i, 7 * i + 7),
  );
  return await lastLines(ReadableStream.from(pieces));
}

const STACK =
  "    at startNative (file:///mdlt/tensor/backend.ts:1:2)\n    at async file:///w.ts:9:1";
const SENTENCE = "Cannot start the native backend: its addon does not load (no libfoo.so.2)";

Deno.test("the sentence of an error that ended a worker is what is told", async () => {
  for (
    const where of ["", "Uncaught ", "Uncaught (in promise) ", 'Uncaught (in worker "reader") ']
  ) {
    for (const kind of ["", "BackendError: ", "RangeError: "]) {
      const said = await words(
        `2026 W cpu_feature_guard\n\nerror: ${where}${kind}${SENTENCE}\n${STACK}`,
      );
      assert.equal(sentenceIn(said), SENTENCE, said);
    }
  }
});

Deno.test("colours, as of FORCE_COLOR, hide nothing", async () => {
  const said = await words(
    `\u001b[0m\u001b[1m\u001b[31merror\u001b[0m: Uncaught (in promise) BackendError: ${SENTENCE}\n`,
  );
  assert.equal(sentenceIn(said), SENTENCE);
});

Deno.test("what a thread's error was is told, not that there was one", async () => {
  const said = await words(
    `error: Uncaught (in worker "") DataError: The image a.jpg cannot be read\n${STACK}\n` +
      "error: Uncaught (in promise) Error: Unhandled error in child worker.\n    at Worker.#poll\n",
  );
  assert.equal(sentenceIn(said), "The image a.jpg cannot be read");
});

Deno.test("what is no sentence is told with the lines around it, and never at any length", async () => {
  const raw = await words(`error: Uncaught TypeError: x is not a function\n${STACK}\n`);
  assert.equal(sentenceIn(raw), undefined);
  assert.match(
    raw,
    /^error: Uncaught TypeError: x is not a function \| at startNative .* \| at async/,
  );
  assert.equal(sentenceIn(await words("terminate called after throwing\nAborted\n")), undefined);
  assert.equal(await words("one\n \ntwo"), "one | two");
  assert.equal(await words(""), "");
  const many = await words(Array.from({ length: 99 }, (_, i) => `line ${i}`).join("\n"));
  assert.equal(many, "line 94 | line 95 | line 96 | line 97 | line 98");
  assert.ok((await words(`error: Uncaught Error: Cannot ${"x".repeat(1e5)}`)).length < 1300);
});
