/** How commands are shown to who shall type them. */
import assert from "node:assert/strict";
import { pathWord, programName, quote } from "../../base/command.ts";

Deno.test("hints say what the user types: a task, or the program that npm installed", () => {
  assert.equal(programName("/home/me/bench"), "deno task");
  assert.equal(programName("/home/me/x/node_modules/@mdlt/bench/"), "mdlt");
  assert.equal(programName("C:\\me\\node_modules\\@mdlt\\bench\\"), "mdlt");
  assert.equal(programName("/home/me/node_modules_of_mine/bench/"), "deno task");
});

Deno.test("a path that is shown does nothing in a shell", () => {
  assert.equal(pathWord("/data/my photos"), '"/data/my photos"');
  for (const path of ["/d/$(id)", "/d/`id`", '/d/"; id; "', "/d/\\", "/d/!!", "/d/it's $HOME"]) {
    assert.equal(pathWord(path), quote(path));
  }
  assert.equal(quote("/d/it's $HOME"), "'/d/it'\\''s $HOME'");
});
