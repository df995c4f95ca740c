/**
 * `deno task test:kill [KILLS] [SEED]`: kills workers, the harness, or both, at random moments (100
 * by default), and compares what is finished in the end with undisturbed runs, bit for bit.
 *
 * @module
 */
import { print } from "../../base/terminal.ts";
import { GRID, killAtRandom, undisturbed } from "../bench/crash.ts";

const [kills = 100, seed = 0] = Deno.args.map(Number);
const began = performance.now();
let told = 0;
const { worker, harness, both, midway, folders } = await killAtRandom(
  GRID,
  await undisturbed(GRID),
  kills,
  seed,
  4,
  (line) => {
    if (performance.now() - told < 10_000) return;
    told = performance.now();
    print(line);
  },
);
print(
  `${
    worker + harness + both
  } kills: ${worker} of a worker, ${harness} of the harness, ${both} of ` +
    `both; ${midway} while a run's state was kept; ${folders} folders finished, each identical to ` +
    `an undisturbed one; ${Math.round((performance.now() - began) / 1000)} s`,
);
