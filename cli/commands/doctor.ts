/**
 * `deno task doctor`: what this machine has, what is missing, and the command that mends it.
 *
 * @module
 */
import { cpus, totalmem } from "node:os";
import { Command } from "commander";
import { cacheDirectory, inspectBackend, whyNotLoading } from "../../tensor/backend.ts";
import {
  catalogueOf,
  dataPaths,
  type FolderOptions,
  pathOptions,
  type PluginOptions,
  print,
  printJson,
  type SetExitCode,
} from "../options/common.ts";

/** The command. */
export function doctorCommand(setExitCode: SetExitCode): Command {
  const command = new Command("doctor")
    .description("what this machine has, what is missing and the command that mends it")
    .option("--json", "as JSON");
  for (const option of pathOptions()) command.addOption(option);
  return command.action(
    async (options: PluginOptions & FolderOptions & { json?: boolean }) => {
      const paths = await dataPaths(options);
      const found = await inspectBackend();
      const broken = found.native === undefined ? null : await whyNotLoading(found.native.addon);
      const engine = broken === null ? found : { ...found, backend: "wasm" as const };
      const datasets = await Promise.all(
        (await catalogueOf(options)).datasets.map(async ({ name, locate }) => ({
          name,
          ...await locate(paths),
        })),
      );
      const findings = {
        backend: engine.backend,
        tensorflow: engine.native?.tensorflow ?? null,
        device: engine.gpu ? "gpu" : "cpu",
        threads: cpus().length,
        cpu: cpus()[0]?.model ?? null,
        memory: totalmem(),
        versions: {
          deno: Deno.version.deno,
          v8: Deno.version.v8,
          typescript: Deno.version.typescript,
        },
        cache: cacheDirectory(),
        broken,
        missing: engine.missing,
        passedOver: engine.passedOver,
        failed: engine.failed,
        mend: engine.mend ?? null,
        engine,
        datasets,
      };
      setExitCode(broken === null && engine.passedOver.length === 0 ? 0 : 1);
      if (options.json) {
        printJson(findings);
        return;
      }
      const native = engine.native === undefined
        ? "native TensorFlow is not ready yet"
        : broken !== null
        ? `native TensorFlow ${engine.native.tensorflow} is there and cannot be used: ${broken}`
        : `native TensorFlow ${engine.native.tensorflow} (from ${engine.native.source}) loads`;
      print(`Backend:   ${engine.backend}; ${native}`);
      print(`Device:    ${findings.device}, ${findings.cpu}, ${findings.threads} threads`);
      print(`Memory:    ${(findings.memory / 2 ** 30).toFixed(1)} GiB`);
      print(`Versions:  Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`);
      print(`Cache:     ${findings.cache}`);
      for (const item of engine.missing) print(`Missing:   ${item}`);
      for (const sentence of engine.failed) print(`Failed:    ${sentence}`);
      for (const sentence of engine.passedOver) print(`Broken:    ${sentence}`);
      if (broken !== null) {
        print(`To mend:   remove '${engine.native!.addon}' to have it made anew`);
      }
      if (engine.mend !== undefined) print(`To mend:   ${engine.mend}`);
      for (const dataset of datasets) {
        print(
          `Data:      ${dataset.name}: ${
            dataset.here
              ? `here (${dataset.where})`
              : `not here: ${dataset.missing}; to get it: ${dataset.remedy}`
          }`,
        );
      }
    },
  );
}
