/**
 * Provisioning against stand-ins for pip, the compiler and TensorFlow. As a program of its own it
 * takes the folder of a {@linkcode stage} and provisions there, so that a test can kill it.
 *
 * @module
 */
import { zipSync } from "fflate";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ProvisionContext } from "../../tensor/native/sources.ts";
import { provision } from "../../tensor/native/provision.ts";
import type { Wheel } from "../../tensor/native/wheels.ts";

/** The contents of the stand-in for TensorFlow's wheel. */
const wheelFiles = {
  "tensorflow/libtensorflow_cc.so.2": "library",
  "tensorflow/libtensorflow_framework.so.2": "framework",
  "tensorflow/include/tensorflow/c/c_api.h": "// header",
  "tensorflow/include/tensorflow/cc/ops.h": "// not for us",
  "tensorflow/python/large.so": "not for us",
  "nvidia/cudnn/lib/libcudnn.so.9": "cudnn",
};

/**
 * Sets up a folder with a stand-in python3 whose pip copies wheels and notes what it was asked, a
 * compiler that writes the word `addon` and notes its arguments, and an npm package.
 */
export async function setStage(folder: string): Promise<void> {
  for (const name of ["bin", "wheels", "tfjs/scripts", "tfjs/binding"]) {
    await Deno.mkdir(join(folder, name), { recursive: true });
  }
  const script = async (name: string, text: string) => {
    await Deno.writeTextFile(join(folder, "bin", name), `#!/bin/sh\n${text}`, { mode: 0o755 });
  };
  await script(
    "python3",
    `case "$*" in *--version*) exit 0;; esac
echo "$*" >> '${folder}/pip.log'
if [ -f '${folder}/no-network' ]; then
  while read -r line; do echo "$line" >&2; done < '${folder}/no-network'; echo "ERROR: No matching distribution" >&2; exit 1
fi
while [ $# -gt 0 ]; do
  if [ "$1" = --dest ]; then dest=$2; fi
  last=$1; shift
done
/bin/cp "${folder}/wheels/$last.whl" "$dest/"
`,
  );
  await script(
    "g++",
    `echo "$*" >> '${folder}/compiler.log'
if [ -f '${folder}/stuck' ]; then echo $$ > '${folder}/compiler.pid'; exec /bin/sleep 60; fi
if [ -f '${folder}/slow' ]; then /bin/sleep 0.8; fi
while [ $# -gt 0 ]; do
  if [ "$1" = -o ]; then echo addon > "$2"; fi
  shift
done
`,
  );
  await Deno.writeTextFile(join(folder, "tfjs/binding/binding.cc"), "// source");
  await Deno.writeTextFile(
    join(folder, "tfjs/scripts/install.js"),
    `console.error("Error: the script's server is away"); Deno_or_Node_stops_here;`,
  );
}

/** Puts a wheel where the stage's pip finds it. */
export async function putWheel(folder: string, name: string): Promise<Wheel> {
  const entries = Object.entries({ ...wheelFiles, [`${name}.txt`]: name });
  const bytes = zipSync(Object.fromEntries(
    entries.map(([path, text]) => [path, new TextEncoder().encode(text)]),
  ));
  await Deno.writeFile(join(folder, "wheels", `${name}==1.0.whl`), bytes);
  return {
    name,
    version: "1.0",
    platform: "any",
    sha256: createHash("sha256").update(bytes).digest("hex"),
    bytes: bytes.length,
  };
}

/** A provisionContext on a stage. */
export function provisionContext(
  folder: string,
  wheels: readonly Wheel[],
  notes: string[],
): ProvisionContext {
  return {
    cache: join(folder, "cache"),
    environment: { PATH: join(folder, "bin") },
    tfjsFolder: join(folder, "tfjs"),
    tfjsVersion: "4.22.0",
    headersFolder: join(folder, "headers"),
    wheelSets: wheels.map((tensorflow) => ({ tensorflow, companions: [] })),
    tryAddon: async (addon) => {
      if (await Deno.readTextFile(addon) !== "addon\n") throw new Error("it is no addon");
      return "2.21.0";
    },
    onProgress() {},
    onNote: (line) => notes.push(line),
  };
}

if (import.meta.main) {
  const folder = Deno.args[0]!;
  await provision(provisionContext(folder, [await putWheel(folder, "tensorflow-cpu")], []), false);
}
