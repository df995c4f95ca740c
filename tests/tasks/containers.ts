/**
 * `deno task test:containers`: builds the images of `Dockerfile` and `apptainer.def` for processors, and
 * trains and reports in each without a network, as a user whom the image does not know. A tool that
 * is not there, or cannot fetch the image that it begins with, is named and left out.
 *
 * @module
 */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../../base/command.ts";
import { exists } from "../../base/files.ts";
import { projectPath } from "../../base/paths.ts";
import { print } from "../../base/terminal.ts";

const SMOKE = ["bench", "--preset", "smoke", "--methods", "erm", "--seeds", "1"];
const NATIVE = [...SMOKE, "--backend", "native", "--out", "results"];

/** A tool that builds images. */
interface Tool {
  readonly name: string;
  /** What succeeds where the tool works, and its base image can be fetched. */
  readonly works: readonly string[];
  build(image: string): readonly string[];
  /** Trains in the image; `folder` is given to it for results. */
  run(image: string, folder: string): readonly string[];
}

/** Docker, and what takes its command line. */
const dockerLike = (name: string): Tool => ({
  name,
  works: ["pull", "node:20.19.5-bookworm-slim"],
  build: () => ["build", "--tag", "mdlt-bench-test", "."],
  run: (_, folder) => [
    ...["run", "--rm", "--network", "none", "--user", "12345:12345", "--read-only"],
    ...["--tmpfs", "/tmp", "--tmpfs", "/var/cache/mdlt-bench:mode=1777"],
    ...["--volume", `${folder}:/home/bench/runs`, "mdlt-bench-test", ...NATIVE],
  ],
});

const TOOLS: readonly Tool[] = [dockerLike("docker"), dockerLike("podman"), {
  name: "apptainer",
  works: ["pull", "--force", join(tmpdir(), "base.sif"), "docker://node:20.19.5-bookworm-slim"],
  build: (image) => ["build", "--force", image, "apptainer.def"],
  run: (image, folder) => [
    ...["run", "--containall", "--net", "--network", "none", "--bind", `${folder}:/runs`],
    ...["--pwd", "/runs", image, ...NATIVE],
  ],
}];

let tried = 0;
for (const tool of TOOLS) {
  if (!await succeeds(tool.name, tool.works)) {
    print(`Not tried: ${tool.name} is not there, or cannot fetch the image that it begins with`);
    continue;
  }
  tried++;
  const folder = await Deno.makeTempDir();
  try {
    await Deno.chmod(folder, 0o777);
    const image = join(folder, "mdlt.sif");
    await done(tool.name, tool.build(image));
    await done(tool.name, tool.run(image, folder));
    assert.ok(await exists(join(folder, "results/report/index.html")));
    print(`${tool.name}: built, and trains and reports without a network`);
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}
print(`${tried} of ${TOOLS.length} tools tried`);

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  if (await findProgram([program], Deno.env.toObject()) === undefined) return false;
  const command = new Deno.Command(program, { args: [...args], stdout: "null", stderr: "null" });
  return (await command.output()).success;
}

async function done(program: string, args: readonly string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd: projectPath(""),
  }).output();
  const [out, errors] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes).slice(-4000)
  );
  assert.ok(success, `${program} ${args.join(" ")}:\n${out}${errors}`);
}
