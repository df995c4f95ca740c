/**
 * Output folders as MDLT and DomainBed write them.
 *
 * @module
 */
import { join } from "node:path";
import { stream } from "../../base/random.ts";

/** Writes a run's folder. */
async function writeRun(
  folder: string,
  file: string,
  lines: readonly object[],
  done: boolean,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    join(folder, file),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  if (done) await Deno.writeTextFile(join(folder, "done"), "done");
}

/** Test images of each class in each domain of a made-up data set. */
export const IMAGES = 25;
const [CLASSES, DOMAINS, STEPS] = [7, 4, [0, 100, 200]];

/** A sweep of MDLT: methods × 3 seeds × 2 settings; better methods come later in the list. */
export async function writeMdlt(
  root: string,
  methods: readonly string[],
  dataset = "Pets",
): Promise<void> {
  for (const [m, algorithm] of methods.entries()) {
    for (const seed of [0, 1, 2]) {
      for (const setting of [0, 1]) {
        const random = stream(seed, "mdlt", algorithm, String(setting));
        const lines = STEPS.map((step, i) => {
          const level = 0.4 + 0.1 * i + 0.06 * m + 0.1 * setting;
          const right = Array.from(
            { length: DOMAINS },
            () =>
              Array.from(
                { length: CLASSES },
                () => Math.round(IMAGES * Math.min(1, level + 0.1 * random.uniform())),
              ),
          );
          const envs = right.flatMap((domain, d) => [
            [`env${d}_test`, domain.reduce((a, b) => a + b) / (IMAGES * CLASSES)],
            [`env${d}_val`, level + 0.01 * random.uniform()],
          ]);
          return {
            ...{ step, epoch: step / 9, loss: 2 - i / 2, step_time: 0.1, mem_gb: 0 },
            ...Object.fromEntries(envs),
            ...{ sht_many: level, sht_median: level, sht_few: level, sht_zero: -1 },
            class_acc: Object.fromEntries(
              right.map((domain, d) => [`env${d}`, domain.map((count) => count / IMAGES)]),
            ),
            hparams: { lr: 5e-5, weight_decay: 0, batch_size: 24, resnet_dropout: 0.1 * setting },
            args: {
              ...{ dataset, algorithm, seed, hparams_seed: setting, stage1_algo: "ERM" },
              selected_envs: null,
            },
          };
        });
        const name = `${dataset}_${algorithm}_hparams${setting}_seed${seed}`;
        await writeRun(join(root, name), "results.json", lines, true);
      }
    }
  }
}

/** A sweep of DomainBed: algorithms × 3 trials × 2 settings × domains left out, one and two. */
export async function writeDomainBed(
  root: string,
  algorithms: readonly string[],
  dataset = "Pets",
): Promise<void> {
  const envs = [...Array(DOMAINS).keys()];
  const left = [
    ...envs.map((a) => [a]),
    ...envs.flatMap((a) => envs.filter((b) => b > a).map((b) => [a, b])),
  ];
  let number = 0;
  for (const [m, algorithm] of algorithms.entries()) {
    for (const trial of [0, 1, 2]) {
      for (const setting of [0, 1]) {
        for (const test_envs of left) {
          const random = stream(trial, "domainbed", algorithm, `${setting} ${test_envs}`);
          const lines = [0, 300, 600].map((step, i) => {
            const level = 0.4 + 0.1 * i + 0.06 * m + 0.03 * setting;
            const of = (env: number) =>
              level - (test_envs.includes(env) ? 0.1 : 0) + 0.02 * random.uniform();
            return {
              ...{ step, epoch: step / 9, loss: 2 - i / 2, step_time: 0.1, mem_gb: 0 },
              ...Object.fromEntries(
                envs.flatMap((
                  env,
                ) => [[`env${env}_in_acc`, of(env)], [`env${env}_out_acc`, of(env)]]),
              ),
              hparams: { lr: 5e-5 * (1 + setting), weight_decay: 0, batch_size: 32 },
              args: {
                ...{ dataset, algorithm, test_envs, hparams_seed: setting, trial_seed: trial },
                seed: random.integer(2 ** 31),
              },
            };
          });
          await writeRun(join(root, `run${number++}`), "results.jsonl", lines, true);
        }
      }
    }
  }
}
