/** The command lines that Markdown pages show. */

/** A fenced block of commands. */
export interface CommandBlock {
  /** `sh`: works as it stands, on a machine of its own. `console`: needs an account, a terminal, a name. */
  readonly kind: "sh" | "console";
  /** Of the first command, in the page; 1 is the first. */
  readonly line: number;
  readonly text: string;
}

const FENCE = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm;

export function blocksIn(page: string): CommandBlock[] {
  return [...page.matchAll(FENCE)].flatMap((found): CommandBlock[] => {
    const [, indent = "", kind, body = ""] = found;
    if (kind !== "sh" && kind !== "console") return [];
    const line = page.slice(0, found.index).split("\n").length + 1;
    const text = body.split("\n").map((row) => row.slice(indent.length)).join("\n");
    return [{ kind, line, text }];
  });
}

/** One a line, comments gone; a line that ends with a backslash goes on in the next. */
export const commandsIn = (text: string): string[] =>
  text.replaceAll("\\\n", " ").split("\n")
    .map((line) => line.replace(/(?:^|\s)#\s.*$/, "").trim())
    .filter((line) => line !== "");

/** The words of a simple command: quotes group, and nothing is expanded. */
export const wordsOf = (command: string): string[] =>
  [...command.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)]
    .map(([word]) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, a, b) => a ?? b));
