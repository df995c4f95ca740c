import { NETWORKS } from "../../networks/mod.ts";
import { networkConformance } from "../../testing.ts";
import { useBackend } from "../../testing/backend.ts";

await useBackend();
for (const network of NETWORKS) await networkConformance(network);
