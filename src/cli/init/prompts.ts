/** Questions at a terminal. Loaded only when there are questions. */
import { cancel, confirm, intro, isCancel, outro, select, text } from "@clack/prompts";
import { askDraft, type Asker, type Choice } from "./ask.ts";
import type { Draft } from "./draft.ts";

/** Somebody pressed Ctrl-C or Escape. */
class Cancelled extends Error {
  override readonly name = "Cancelled";
}

const terminalAsker: Asker = {
  async text(message, { initial, problemOf }): Promise<string> {
    const answer = await text({
      message,
      ...(initial !== undefined && { placeholder: initial, defaultValue: initial }),
      validate: (written) => {
        const meant = written?.trim() || (initial ?? "");
        return problemOf(meant) ?? undefined;
      },
    });
    return answered(answer).trim();
  },
  async select<Value extends string>(
    message: string,
    options: readonly Choice<Value>[],
  ): Promise<Value> {
    const listed = options.map(({ value, hint }) => ({
      value: value as string,
      label: value,
      hint,
    }));
    return answered(await select({ message, options: listed })) as Value;
  },
  async confirm(message, initial): Promise<boolean> {
    return answered(await confirm({ message, initialValue: initial }));
  },
};

/** @throws {Cancelled} */
function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (isCancel(answer)) throw new Cancelled();
  return answer as Exclude<Answer, symbol>;
}

/** @returns `null` if it was cancelled */
export async function askAtTerminal(): Promise<Draft | null> {
  intro("A first policy for Limen");
  try {
    const draft = await askDraft(terminalAsker);
    outro("That is all.");
    return draft;
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    cancel("Cancelled.");
    return null;
  }
}
