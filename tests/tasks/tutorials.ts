/**
 * `deno task test:tutorials`: follows the tutorials that take too long for every change, on a Slurm
 * cluster of this machine alone; where there can be none, it says why.
 *
 * @module
 */
import { print } from "../../base/terminal.ts";
import { withFolder } from "../bench/crash.ts";
import { startCluster } from "../bench/slurm_cluster.ts";
import { follow, SLOW } from "../docs/tutorial.ts";

const cluster = await startCluster();
if ("obstacle" in cluster) {
  print(`Skipped: ${cluster.obstacle}`);
} else {
  try {
    for (const name of SLOW) {
      await withFolder((folder) => follow(`docs/tutorials/${name}.md`, folder));
      print(`${name}: followed from top to bottom`);
    }
  } finally {
    await cluster.stop();
  }
}
