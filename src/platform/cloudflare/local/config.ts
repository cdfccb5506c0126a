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
  readonly vars: Readonly<Record<string, string>>;
  /** Environment variables of workerd's own process that the Worker has as secrets. None unless set. */
  readonly secrets?: readonly string[];
  /** Service, VPC and mTLS-certificate bindings: here they lead straight to the network. */
  readonly fetchers: readonly string[];
  readonly objects: readonly ObjectNamespace[];
  /** Where Durable Objects keep what they store; `null` or absent: in memory, until workerd ends. */
  readonly objectFolder?: string | null;
}

/** A Durable Object class that the script exports, and the binding by which it is reached. */
export interface ObjectNamespace {
  readonly binding: string;
  readonly className: string;
  /** Names the class's folder, and goes into its objects' ids. */
  readonly uniqueKey: string;
  /** SQLite-backed; on disk only, for workerd has no such storage in memory. */
  readonly sqlite: boolean;
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
    ...(options.secrets ?? []).map((name) =>
      `(name = ${quote(name)}, fromEnvironment = ${quote(name)})`
    ),
    ...options.fetchers.map((name) => `(name = ${quote(name)}, service = "internet")`),
    ...options.objects.map(({ binding, className }) =>
      `(name = ${quote(binding)}, durableObjectNamespace = ${quote(className)})`
    ),
  ];
  const disk = options.objectFolder ?? null;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .limen),
    (name = "kv", external = (address = ${quote(options.kvAddress)}, http = ())),
    (name = "internet", network = (
      allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)
    )),${
    disk === null ? "" : `
    (name = "objects", disk = (path = ${quote(disk)}, writable = true)),`
  }
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
  durableObjectNamespaces = [${options.objects.map(namespace).join(", ")}],
  durableObjectStorage = (${disk === null ? "inMemory = void" : 'localDisk = "objects"'}),
  globalOutbound = "internet",
);
`;
}

const namespace = ({ className, uniqueKey, sqlite }: ObjectNamespace): string =>
  `(className = ${quote(className)}, uniqueKey = ${quote(uniqueKey)}, enableSql = ${sqlite})`;

/** A Cap'n Proto string: C escapes, bytes of UTF-8. */
function quote(text: string): string {
  const escaped = [...new TextEncoder().encode(text)].map((byte) => {
    const char = String.fromCharCode(byte);
    const plain = byte >= 0x20 && byte < 0x7f && char !== '"' && char !== "\\";
    return plain ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return `"${escaped.join("")}"`;
}
