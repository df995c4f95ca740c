/** Completions, asked of the shells themselves. */
import assert from "node:assert/strict";
import { findProgram } from "../../base/command.ts";
import { commandLine } from "../helpers/processes.ts";

async function say(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

const script = async (shell: string) =>
  await say(Deno.execPath(), ...await commandLine(["completions", shell]));

/** What bash offers for the words of a command line, the last of which is not finished. */
async function offered(bash: string, ...words: string[]): Promise<string[]> {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const ask = `${bash}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}\n_mdlt\n` +
    'printf "%s\\n" "${COMPREPLY[@]}"';
  return (await say("bash", "-c", ask)).trim().split("\n");
}

Deno.test("completions: bash offers commands, options, and names to the end of a list", async () => {
  const bash = await script("bash");
  const [commands, options, methods, list, presets, below, sets] = await Promise.all([
    offered(bash, "deno", "task", "be"),
    offered(bash, "mdlt", "bench", "--see"),
    offered(bash, "mdlt", "bench", "--methods", "bod"),
    offered(bash, "deno", "task", "bench", "--seeds", "2", "--methods", "erm,bs"),
    offered(bash, "mdlt", "bench", "--preset", ""),
    offered(bash, "mdlt", "data", "sp"),
    offered(bash, "mdlt", "bench", "--set", "irm.pen"),
  ]);
  assert.deepEqual(commands, ["bench"]);
  assert.deepEqual(options, ["--seeds"]);
  assert.deepEqual(methods, ["boda"]);
  assert.deepEqual(list, ["erm,bsoftmax"]);
  assert.deepEqual(presets, ["smoke", "quick", "standard", "paper"]);
  assert.deepEqual(below, ["split"]);
  assert.ok(sets.includes("irm.penaltyWeight="), sets.join());
});

for (const shell of ["zsh", "fish"]) {
  Deno.test({
    name: `completions: ${shell} reads its script`,
    ignore: await findProgram([shell], Deno.env.toObject()) === undefined, // where it is installed
    async fn() {
      const file = await Deno.makeTempFile();
      try {
        await Deno.writeTextFile(file, await script(shell));
        await say(shell, "-n", file);
      } finally {
        await Deno.remove(file);
      }
    },
  });
}

Deno.test({
  name: "completions: fish offers commands, options, names and the end of a list",
  ignore: await findProgram(["fish"], Deno.env.toObject()) === undefined,
  async fn() {
    const file = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(file, await script("fish"));
      const offers = async (line: string) =>
        (await say("fish", "-c", `source ${file}; complete -C '${line}'`)).trim().split("\n");
      assert.deepEqual(await offers("deno task be"), ["bench"]);
      assert.deepEqual(await offers("deno task bench --methods bod"), ["boda"]);
      assert.deepEqual(await offers("mdlt bench --methods erm,bs"), ["erm,bsoftmax"]);
      assert.deepEqual(await offers("mdlt datasets pac"), ["pacs"]);
      assert.ok((await offers("deno task bench --set irm.pen")).includes("irm.penaltyWeight="));
    } finally {
      await Deno.remove(file);
    }
  },
});

Deno.test({
  name: "completions: zsh offers names by the functions of bash",
  ignore: await findProgram(["zsh"], Deno.env.toObject()) === undefined,
  async fn() {
    const zsh = await script("zsh");
    // What its completion asks for; the words come from the same function as in bash.
    const ask = `compdef() { }; compinit() { }\n${zsh}\n_mdlt_words bench --methods`;
    const words = await say("zsh", "-f", "-c", `autoload -U compinit; compinit -u -D; ${ask}`);
    assert.ok(words.split(" ").includes("boda"), words);
  },
});
