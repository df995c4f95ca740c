/**
 * Examples of every command, as `--help` and `docs/cli.md` show them.
 *
 * @module
 */
import type { Command } from "commander";
import { programName } from "../base/command.ts";

/** Command lines after `deno task`, by the command's words; a test holds each to its options. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  "bench": [
    "bench --methods erm,boda,boda+crt --seeds 5",
    "bench --datasets pacs --data-dir data --backbone-mode frozen --dry-run",
    "bench --plugin ./mine.ts --methods erm,mine --preset smoke",
  ],
  "analyse": [
    "analyse ablation --method brl --preset smoke",
    "analyse parameters --method brl --seeds 3 --dry-run",
  ],
  "report": [
    "report --out results/quick --control boda --margin 2",
    "report --out results/a --out results/b --into results/both",
  ],
  "serve": ["serve --out results/quick", "serve --out results/cluster --port 8000"],
  "power": ["power --difference 2", "power --spread 1.5 --methods 10"],
  "results": [
    "results --methods erm,boda --domains all",
    "results --metrics all --format csv",
    "results --keep docs/results/mine --note 'Ten methods on my data.'",
  ],
  "import predictions": [
    "import predictions runs/*.csv --dataset pacs --dry-run",
    "import predictions all.parquet --dataset pets --method Mine --seed 0",
  ],
  "import mdlt": ["import mdlt mdlt-output --dry-run"],
  "import domainbed": ["import domainbed domainbed-output --dry-run"],
  "import checkpoint": ["import checkpoint output/model.pkl --data-dir data --dry-run"],
  "sweep": ["sweep --methods irm,boda --datasets pacs --data-dir data --seeds 1"],
  "select": [
    "select --out results/sweep --seeds 5",
    "select --out results/sweep --protocol per-seed",
  ],
  "slurm status": ["slurm status --out results/quick"],
  "slurm cancel": ["slurm cancel --out results/quick"],
  "check": ["check results/quick", "check results/* --mend"],
  "methods": ["methods", "methods boda irm"],
  "datasets": ["datasets", "datasets pacs --charts charts"],
  "networks": ["networks", "networks --json"],
  "metrics": ["metrics", "metrics macro_f1"],
  "hparams": ["hparams", "hparams --json"],
  "data fetch": ["data fetch pacs"],
  "data check": ["data check pacs"],
  "data split": ["data split photos --profile exp --factor 0.05 --held-out 20"],
  "data clean": ["data clean"],
  "new": ["new method mine --plugin mine.ts", "new metric mine"],
  "export split": ["export split pacs --form parquet --to split"],
  "export weights": ["export weights --out results/quick --run erm --to erm.safetensors"],
  "schema": ["schema record", "schema --to schemas"],
  "doctor": ["doctor", "doctor --json"],
  "completions": [
    "completions bash >> ~/.bashrc",
    "completions zsh >> ~/.zshrc",
    "completions fish > ~/.config/fish/completions/mdlt.fish",
  ],
};

/** The words of a command below the program. */
export function wordsOf(command: Command): string {
  const { parent } = command;
  if (!parent) return "";
  return [wordsOf(parent), command.name()].filter((word) => word !== "").join(" ");
}

/** The examples of a command, as typed; none for one that only has others below it. */
export function examplesOf(command: Command): string[] {
  // Its output goes into a file: nothing else may.
  const program = programName();
  const quiet = (line: string) => program === "deno task" && /\s>>? /.test(line);
  return (EXAMPLES[wordsOf(command)] ?? []).map((line) =>
    `${quiet(line) ? "deno task -q" : program} ${line}`
  );
}
