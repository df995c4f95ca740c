/**
 * The live page of an output folder, for this machine's browsers.
 *
 * @module
 */
export { LiveServer, USUAL_PORT } from "./server.ts";
