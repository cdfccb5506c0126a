/** Steady load on a gateway, with every response counted. */

export interface LoadOptions {
  readonly method?: string;
  readonly body?: string;
  /** Requests under way at any moment. */
  readonly concurrency?: number;
}

export interface Load {
  /** Resolves once this many further requests have been answered. */
  more(answers: number): Promise<void>;
  /** Resolves once no request is under way, with the answers so far by what they said. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** Counts answers by status, and by name where an origin says its own; a failed request by its error. */
export function startLoad(url: string, options: LoadOptions = {}): Load {
  const { method = "GET", body = null, concurrency = 8 } = options;
  const answers: Record<string, number> = {};
  let answered = 0;
  let stopped = false;
  let waiting: { readonly at: number; readonly resolve: () => void } | null = null;
  const work = async (): Promise<void> => {
    while (!stopped) {
      const outcome = await ask(url, { method, body });
      answers[outcome] = (answers[outcome] ?? 0) + 1;
      answered++;
      if (waiting !== null && answered >= waiting.at) waiting.resolve();
    }
  };
  const workers = Array.from({ length: concurrency }, work);
  return {
    more: (count) => new Promise((resolve) => waiting = { at: answered + count, resolve }),
    async stop(): Promise<Readonly<Record<string, number>>> {
      stopped = true;
      await Promise.all(workers);
      return answers;
    },
  };
}

/** One request at a time. @returns the answers by what they said */
export async function askTimes(
  times: number,
  url: string,
  init: RequestInit = {},
): Promise<Readonly<Record<string, number>>> {
  const answers: Record<string, number> = {};
  for (let i = 0; i < times; i++) {
    const outcome = await ask(url, init);
    answers[outcome] = (answers[outcome] ?? 0) + 1;
  }
  return answers;
}

/** "200 aws" of an origin that says its name, "503 no_healthy_upstream" of the gateway itself. */
export async function ask(url: string, init: RequestInit = {}): Promise<string> {
  try {
    const response = await fetch(url, init);
    const text = await response.text();
    const said = text.startsWith("{") ? JSON.parse(text) : {};
    const { body } = init;
    if (typeof body === "string" && said.name && said.body !== body) return "body mangled";
    return `${response.status} ${said.code ?? said.name ?? ""}`.trimEnd();
  } catch (error) {
    return String(error);
  }
}
