/** What names that come out of files may do to a terminal. */
import assert from "node:assert/strict";
import { printable, withoutUnseen } from "../../base/terminal.ts";
import { projectPath } from "../../base/paths.ts";

const UNSEEN = [
  ...["\u0007", "\u001b", "\u007f", "\u009b", "\u00ad", "\u061c", "\u180e", "\u200b", "\u200d"],
  ...["\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202e", "\u2060", "\u2066", "\u2069"],
  ...["\u3164", "\ufeff", "\ufff9", "\u{e0041}"],
];

Deno.test("terminal: what is obeyed or unseen does not reach it", () => {
  for (const character of UNSEEN) {
    const name = `U+${character.codePointAt(0)!.toString(16)}`;
    assert.equal(printable(`a${character}b`), "a\ufffdb", name);
    assert.equal(withoutUnseen(`a${character}b`), "ab", name);
  }
});

Deno.test("terminal: letters of every script, and faces that are joined, stay as they are", () => {
  const words = [
    "über\t日本\n",
    "نمی\u200cخواهم",
    "क्\u200dष",
    "👨\u200d👩\u200d👧",
    "١\u0600٢",
    "❤️\u200d🔥",
  ];
  for (const word of words) assert.equal(printable(word), word);
});

Deno.test("terminal: a line of JSON says the same without what is unseen", async () => {
  const value = { name: `x${UNSEEN.join("y")}`, emoji: "👨\u200d👩" };
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      ...["--config", projectPath("deno.json")],
      `import { printJson } from ${
        JSON.stringify(new URL("../../base/terminal.ts", import.meta.url))
      };
       printJson(${JSON.stringify(value)});`,
    ],
  }).output();
  const line = new TextDecoder().decode(stdout).trim();
  assert.equal(printable(line), line);
  assert.deepEqual(JSON.parse(line), value);
});
