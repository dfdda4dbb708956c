/** The one part of Node that the tests use. */
declare module "node:child_process" {
  export function execFileSync(
    file: string,
    args: string[],
    options: { input: string },
  ): { toString(): string };
}
