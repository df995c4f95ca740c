/** The examples of `--help`: every command has some, and each is understood. */
import assert from "node:assert/strict";
import { EXAMPLES, wordsOf } from "../../cli/examples.ts";
import { makeProgram } from "../../cli/program.ts";
import { withSubcommands } from "../../cli/tree.ts";
import { parsed, wordsIn } from "./parsed.ts";

Deno.test("every command has an example in its help, and no example is of another", () => {
  const leaves = withSubcommands(makeProgram(() => {})).slice(1)
    .filter(({ commands }) => commands.length === 0)
    .filter((command) =>
      command.parent!.createHelp().visibleCommands(command.parent!).includes(command)
    );
  assert.deepEqual(leaves.map(wordsOf).sort(), Object.keys(EXAMPLES).sort());
  for (const command of leaves) {
    let help = "";
    command.configureOutput({ writeOut: (text) => help += text });
    command.outputHelp();
    assert.match(help, /\nExamples:\n {2}deno task (-q )?\w/, wordsOf(command));
  }
});

Deno.test("every example is understood by the command that it is of", async () => {
  for (const [command, lines] of Object.entries(EXAMPLES)) {
    for (const line of lines) {
      const words = wordsIn(line);
      assert.equal(await parsed(words), command, line);
    }
  }
});

Deno.test("what is no example is refused", async () => {
  await assert.rejects(parsed(["bench", "--no-such-option"]), /unknown option/);
  await assert.rejects(parsed(["bench", "--seeds", "none"]), /Cannot use --seeds/);
});
