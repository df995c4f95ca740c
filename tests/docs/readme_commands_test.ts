/**
 * Every command of the README: carried out, shrunk to a dry run where it would train for long; what
 * needs data of others or a cluster is read with all its options.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { BACKEND, withFolder } from "../bench/crash.ts";
import { parsed, wordsIn } from "../cli/parsed.ts";
import { codeBlocks } from "./pages.ts";
import { LAUNCH } from "../helpers/processes.ts";

/** Commands that take `--dry-run`. */
const TRAINS = ["bench", "analyse", "sweep"];
/** Tasks of the repository that are no commands: CI runs them. */
const TASKS = ["test", "golden", "perf"];
/** What stands for files of the reader's, or is not everywhere. */
const FOREIGN = /--data-dir|--pretrained|--features|runs\/\*|--executor slurm/;

const lines = (await codeBlocks("README.md", /sh/)).join("\n").replaceAll("\\\n", " ").split("\n")
  .map((line) => line.replace(/\s+#.*$/, "").replace(/^npx -y deno@\S+/, "deno").trim())
  .filter((line) => line !== "");

/** How a line is tried. */
type Way = "run" | "dry run" | "read" | "task";

function wayOf(line: string): Way {
  const [command = ""] = wordsIn(line.replace(/^deno task /, ""));
  if (TASKS.includes(command)) return "task";
  if (FOREIGN.test(line)) return "read";
  return TRAINS.includes(command) ? "dry run" : "run";
}

Deno.test("every line of the README's commands is a task, and is understood", async () => {
  assert.ok(lines.length > 15);
  for (const line of lines) {
    const [, rest] = /^deno task (.+)$/.exec(line) ?? [];
    assert.ok(rest !== undefined, `"${line}" is no command of the suite`);
    const words = wordsIn(rest);
    assert.ok(words[0]! in config.tasks, line);
    if (wayOf(line) === "task") continue;
    assert.match(line, new RegExp(`^deno task ${await parsed(words)}\\b`));
  }
});

Deno.test("the README's commands do what they say, one after the other", () =>
  withFolder(async (folder) => {
    const [method] = await codeBlocks("README.md", /ts/);
    await Deno.writeTextFile(join(folder, "mine.ts"), method!);
    const main = [Deno.execPath(), ...LAUNCH].join(" ");
    const run = async (line: string) => {
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: ["-c", line.replace(/^deno task/, () => main)],
        cwd: folder,
        env: { NO_COLOR: "1" },
      }).output();
      const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
      return { code, said };
    };
    // The first command, small; the folder that the others read is that of the usual preset.
    const small = "--preset smoke --steps 5 --methods erm,boda --seeds 2 --threads 1";
    const first = `${lines[0]} ${small} --backend ${BACKEND} --out results/quick`;
    const begun = await run(first);
    assert.equal(begun.code, 0, begun.said);
    for (const line of lines.slice(1)) {
      const way = wayOf(line);
      if (way === "read" || way === "task") continue; // above
      const dry = way === "dry run" && !line.includes("--dry-run") ? " --dry-run" : "";
      const { code, said } = await run(`${line}${dry}`);
      // The doctor of a machine may find that something is missing, which is no mistake of its own.
      const fine = line.includes("doctor") ? [0, 1] : [0];
      assert.ok(fine.includes(code), `${line}: ${said}`);
      if (way === "dry run") assert.match(said, /\d+ runs?\n/, line);
    }
  }));
