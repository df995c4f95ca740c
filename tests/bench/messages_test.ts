import assert from "node:assert/strict";
import { decodeLine, encodeMessage, lines } from "../../bench/execute/messages.ts";

/** What is made of a worker's output that arrives in pieces of so many bytes. */
async function heard(output: readonly (string | Uint8Array)[], size: number) {
  const bytes = new Blob([...output] as BlobPart[]);
  const pieces = new ReadableStream<Uint8Array>({
    async start(controller) {
      const all = new Uint8Array(await bytes.arrayBuffer());
      for (let i = 0; i < all.length; i += size) controller.enqueue(all.slice(i, i + size));
      controller.close();
    },
  });
  const found: ReturnType<typeof decodeLine>[] = [];
  for await (const line of lines(pieces)) found.push(decodeLine(line));
  return found;
}

Deno.test("what a method prints is told apart from what its worker says", async () => {
  const step = { type: "step", done: 3, total: 8 } as const;
  const failed = { type: "failed", error: "größer\nals gedacht", machine: false } as const;
  const output = [
    "loss 0.5\n",
    encodeMessage(step),
    '{"type":"done"}\n', // printed, whatever it looks like
    "half a line",
    encodeMessage(failed),
    encodeMessage({ type: "existing" }).slice(0, -4), // its worker was killed
  ];
  for (const size of [1, 3, 1000]) {
    assert.deepEqual(await heard(output, size), [
      { printed: "loss 0.5", message: null },
      { printed: "", message: step },
      { printed: '{"type":"done"}', message: null },
      { printed: "half a line", message: failed },
      { printed: "", message: null },
    ]);
  }
});

Deno.test("what is no message of a worker's is none, whatever its code has become", () => {
  for (const text of ["{}", "null", "7", '"trained"', '{"type":"done"}', '{"type":["failed"]}']) {
    assert.deepEqual(decodeLine(`\u001e${text}`), { printed: "", message: null }, text);
  }
});
