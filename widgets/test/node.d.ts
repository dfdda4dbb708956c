/** The parts of Node and of the build that the tests use. */
declare module "node:child_process" {
  export function execFileSync(
    file: string,
    args: string[],
    options: { input: string },
  ): { toString(): string };
}

declare module "node:zlib" {
  export function gzipSync(data: Uint8Array): Uint8Array;
}

declare module "*/widgets.mjs" {
  export const WIDGETS: string[];
}

declare module "*/bundle.mjs" {
  export const OPTIONS: import("esbuild").BuildOptions;
}

declare module "node:events" {
  export function setMaxListeners(count: number): void;
}
