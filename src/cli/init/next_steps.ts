/** What to run after `limen init`. */
import { resolve } from "node:path";

export interface Written {
  /** As given: relative to `cwd`, or absolute. */
  readonly file: string;
  /** This checkout. */
  readonly root: string;
  readonly cwd: string;
  /** How Deno is called here. */
  readonly deno: string;
}

export function nextSteps({ file, root, cwd, deno }: Written): string[] {
  const isHome = cwd === root;
  const task = isHome ? `${deno} task` : `${deno} task --cwd ${quoted(root)}`;
  // Good in whatever folder they are run.
  const path = quoted(isHome ? file : resolve(cwd, file));
  return [
    "",
    "Check it, try it, run a gateway here, and push the next version to it:",
    `  ${task} limen validate ${path}`,
    `  ${task} limen test ${path}`,
    `  LIMEN_ADMIN_TOKEN=choose-one ${task} start --policy ${path}`,
    `  LIMEN_ADMIN_TOKEN=choose-one ${task} limen push ${path} --to http://127.0.0.1:8787`,
  ];
}

/** For a shell, where it has to be. */
const quoted = (text: string): string =>
  /^[\w./@%+:,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
