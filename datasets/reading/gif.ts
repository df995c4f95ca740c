/**
 * GIF files with a transparent colour: libvips forgets what colour that is, and Pillow does not.
 *
 * @module
 */
import { GifReader } from "omggif";
import type { Image } from "./decode.ts";

/** What is used of the package, which has no types of its own. */
interface Reader {
  readonly width: number;
  readonly height: number;
  frameInfo(
    frame: number,
  ): { readonly palette_offset: number | null; transparent_index: number | null };
  decodeAndBlitFrameRGBA(frame: number, pixels: Uint8Array): void;
}

/** The first frame of a GIF file, its transparent pixels in the colour that its palette has for them. */
export function decodeGif(file: Uint8Array): Image {
  const gif: Reader = new GifReader(file);
  const { width, height } = gif;
  const frame = gif.frameInfo(0);
  const transparent = frame.transparent_index;
  const rgba = new Uint8Array(width * height * 4);
  if (transparent !== null) {
    // What the frame does not cover is transparent, too.
    const at = (frame.palette_offset ?? 0) + 3 * transparent;
    const colour = file.subarray(at, at + 3);
    for (let i = 0; i < width * height; i++) rgba.set(colour, 4 * i);
    frame.transparent_index = null; // so that no pixel of the frame is left out
  }
  gif.decodeAndBlitFrameRGBA(0, rgba);
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) pixels.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  return { pixels, width, height };
}
