/**
 * `deno task test:package`: the package in both of its forms. What `deno publish` would send away is
 * looked at, without a network; what npm packs is installed in an empty project and used there, by
 * its program and as a library. Where no registry can be asked, that is said (`--required`: fails).
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { exists } from "../../base/files.ts";
import { projectPath } from "../../base/paths.ts";
import { print } from "../../base/terminal.ts";
import config from "../../deno.json" with { type: "json" };
import { writePackage } from "./npm.ts";

/** What either form may weigh, in bytes; an archive of npm is packed. */
const MOST = { published: 3e6, packed: 1e6 };

/** What stands in neither form. */
const STRAY = /(^|\/)(tests|docs|perf|site|results|runs|data|\.git|\.tmp|.*_test\.(ts|js))(\/|$)/;

/** Runs that take seconds, on native TensorFlow as the package makes it. */
const SMALL = [
  ...["--preset", "smoke", "--methods", "erm,irm", "--seeds", "1", "--jobs", "1"],
  ...["--backend", "native"],
];

const LIBRARY = `
import { createBench } from "@mdlt/bench";
import { defineMethod } from "@mdlt/bench/methods";
const bench = await createBench();
const request = { methods: ["erm"], seeds: [0], preset: "smoke" } as const;
const { status } = await bench.run(request, { out: \`\${Deno.cwd()}/library\`, jobs: 1 });
const { runs } = await bench.report(\`\${Deno.cwd()}/library\`);
console.log(status, runs, typeof defineMethod);
`;

/** What `deno publish` finds in order, and would send. */
async function published(): Promise<void> {
  const { success, text } = await run(
    Deno.execPath(),
    ["publish", "--dry-run", "--allow-dirty", "--no-provenance"],
    projectPath(""),
    { NO_COLOR: "1" },
  );
  assert(success, text);
  const files = [...text.matchAll(/^ +file:\/\/(\S+) \(([\d.]+)(B|KB|MB)\)$/gm)].map((found) => ({
    path: found[1]!.slice(projectPath("").length),
    bytes: Number(found[2]) * { B: 1, KB: 1e3, MB: 1e6 }[found[3] as "B" | "KB" | "MB"],
  }));
  const paths = files.map(({ path }) => path);
  assert.deepEqual(paths.filter((path) => STRAY.test(path)), []);
  for (const path of ["LICENSE", "README.md", "cli/main.ts", "deno.json", "mod.ts"]) {
    assert(paths.includes(path), `${path} is left out`);
  }
  for (const path of Object.values(config.exports)) assert(paths.includes(path.slice(2)), path);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  assert(bytes < MOST.published, `${bytes} bytes`);
  print(`deno publish would send ${files.length} files, ${megabytes(bytes)}; no slow types`);
}

/** What npm packs, in an empty project. */
async function installed(folder: string): Promise<void> {
  const [packed, project] = [join(folder, "packed"), join(folder, "project")];
  await Promise.all([packed, project].map((path) => Deno.mkdir(path)));
  await writePackage(join(folder, "package"));
  await done("npm", ["pack", "--silent", "--pack-destination", packed], join(folder, "package"));
  const archive = join(packed, `mdlt-bench-${config.version}.tgz`);
  const listed = (await done("tar", ["-tzf", archive], packed)).trim().split("\n")
    .map((path) => path.replace(/^package\//, ""));
  assert.deepEqual(
    listed.filter((path) => STRAY.test(path) || /\.tsx?$|(^|\/)\.env/.test(path)),
    [],
  );
  const { size } = await Deno.stat(archive);
  assert(size < MOST.packed, `${size} bytes`);
  print(`npm pack makes an archive of ${listed.length} files, ${megabytes(size)}`);

  const install = ["install", "--no-audit", "--no-fund", "--prefer-offline", archive];
  const { success, text } = await run("npm", install, project);
  if (!success && /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(text)) {
    print("Not installed: the registry of npm could not be asked for the package's dependencies");
    return Deno.exit(Deno.args.includes("--required") ? 1 : 0);
  }
  assert(success, text);
  const modules = join(project, "node_modules");
  const lock = JSON.parse(await Deno.readTextFile(join(modules, ".package-lock.json")));
  const count = Object.keys(lock.packages).length;
  print(`npm install adds ${count} packages, ${megabytes(await bytesIn(modules))}`);
  await use(project);
}

/** The package in the project where it is installed. */
async function use(project: string): Promise<void> {
  const program = (name: string) => join(project, "node_modules/.bin", name);
  const mdlt = (...args: string[]) => done(program("mdlt"), args, project);
  assert.equal((await mdlt("--version")).trim(), config.version);
  assert.match(await mdlt("methods"), /^ +erm /m);
  const { success, text } = await run(program("mdlt"), ["bench", "--nothing"], project);
  assert(!success && text.includes("--nothing"), text);
  await mdlt("bench", ...SMALL, "--out", "results");
  for (const path of ["index.html", "tables", "charts"]) {
    assert(await exists(join(project, "results/report", path)), path);
  }
  print("mdlt --version, methods and bench do there what they should");
  await Deno.writeTextFile(join(project, "script.ts"), LIBRARY);
  const rights = ["-RWES", "--allow-run", "--allow-ffi"];
  const script = ["run", "-q", ...rights, "script.ts"];
  assert.match(await done(program("deno"), script, project), /^finished 1 function$/m);
  print('import "@mdlt/bench" trains and reports there');
}

async function run(program: string, args: string[], cwd: string, env: Record<string, string> = {}) {
  // A cache of its own, so that the package makes native TensorFlow itself.
  const own = { MDLT_BENCH_CACHE: join(cwd, ".cache"), ...env };
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd, env: own })
    .output();
  const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { success, out: out!, text: `${out}${errors}` };
}

/** What a program prints that must succeed. */
async function done(program: string, args: string[], cwd: string): Promise<string> {
  const { success, out, text } = await run(program, args, cwd);
  assert(success, `${program} ${args.join(" ")}: ${text}`);
  return out;
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = join(folder, name);
    bytes += isDirectory ? await bytesIn(path) : isFile ? (await Deno.stat(path)).size : 0;
  }
  return bytes;
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e5) / 10} MB`;

await published();
const folder = await Deno.makeTempDir();
try {
  await installed(folder);
} finally {
  await Deno.remove(folder, { recursive: true });
}
