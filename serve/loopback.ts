/**
 * Where the live page is to be found, and nowhere else.
 *
 * @module
 */

/** This machine's addresses for itself, as rights name them. */
export const LOOPBACK: readonly string[] = ["127.0.0.1", "[::1]"];
