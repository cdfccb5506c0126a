/** The configuration with which workerd runs the Worker on this machine. */

export interface WorkerdOptions {
  /** File name of the bundle, in the folder of the configuration. */
  readonly script: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly hostname: string;
  readonly port: number;
  /** `host:port` where `kv_bridge.ts` speaks for the KV namespace. */
  readonly kvAddress: string;
  /** Vars and secrets. */
  readonly vars: Readonly<Record<string, string>>;
  /** Service, VPC and mTLS-certificate bindings: here they lead straight to the network. */
  readonly fetchers: readonly string[];
}

/** Cap'n Proto text for `workerd serve`. */
export function workerdConfig(options: WorkerdOptions): string {
  const { hostname, port } = options;
  const address = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  const bindings = [
    `(name = "POLICIES", kvNamespace = "kv")`,
    ...Object.entries(options.vars).map(([name, value]) =>
      `(name = ${quote(name)}, text = ${quote(value)})`
    ),
    ...options.fetchers.map((name) => `(name = ${quote(name)}, service = "internet")`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .limen),
    (name = "kv", external = (address = ${quote(options.kvAddress)}, http = ())),
    (name = "internet", network = (
      allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)
    )),
  ],
  sockets = [
    (name = "http", address = ${quote(address)},
      http = (), service = "main"),
  ],
);
const limen :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed ${quote(options.script)})],
  compatibilityDate = ${quote(options.compatibilityDate)},
  compatibilityFlags = [${options.compatibilityFlags.map(quote).join(", ")}],
  bindings = [${bindings.join(", ")}],
  globalOutbound = "internet",
);
`;
}

/** A Cap'n Proto string: C escapes, bytes of UTF-8. */
function quote(text: string): string {
  const escaped = [...new TextEncoder().encode(text)].map((byte) => {
    const char = String.fromCharCode(byte);
    const plain = byte >= 0x20 && byte < 0x7f && char !== '"' && char !== "\\";
    return plain ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return `"${escaped.join("")}"`;
}
