/** What wrangler.toml says that matters on this machine too. */
import { parse } from "smol-toml";
import type { ObjectNamespace } from "./config.ts";

export interface WorkerProject {
  /** Of the Worker, in this environment. */
  readonly name: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** Under which wrangler keeps the namespace POLICIES locally. */
  readonly kvId: string;
  /** Names of bindings that a policy's `via` can use. */
  readonly fetchers: readonly string[];
  /** The Durable Object classes of this Worker itself. */
  readonly objects: readonly ObjectNamespace[];
}

interface Binding {
  readonly binding: string;
}

interface ObjectBinding {
  readonly name: string;
  readonly class_name: string;
  /** The Worker that has the class, if it is another. */
  readonly script_name?: string;
}

interface Migration {
  readonly new_sqlite_classes?: readonly string[];
}

/** Bindings are not inherited by environments: each names its own. */
interface Section {
  readonly name?: string;
  readonly compatibility_date?: string;
  readonly compatibility_flags?: readonly string[];
  readonly kv_namespaces?: readonly (Binding & { readonly id?: string })[];
  readonly services?: readonly Binding[];
  readonly vpc_services?: readonly Binding[];
  readonly vpc_networks?: readonly Binding[];
  readonly mtls_certificates?: readonly Binding[];
  readonly durable_objects?: { readonly bindings?: readonly ObjectBinding[] };
  readonly migrations?: readonly Migration[];
}

interface Toml extends Section {
  readonly env?: Readonly<Record<string, Section>>;
}

/**
 * @param environment as in `[env.NAME]`; absent: the top level
 * @throws when the file is no TOML, or lacks the environment or the namespace
 */
export function readProject(text: string, environment?: string): WorkerProject {
  const toml = parse(text) as unknown as Toml;
  const section = environment === undefined ? toml : toml.env?.[environment];
  if (section === undefined) {
    const names = Object.keys(toml.env ?? {}).join(", ") || "none";
    throw new Error(`there is no environment "${environment}": it has ${names}`);
  }
  const namespace = section.kv_namespaces?.find(({ binding }) => binding === "POLICIES");
  if (namespace === undefined) throw new Error("it has no KV namespace with the binding POLICIES");
  const { services = [], vpc_services = [], vpc_networks = [], mtls_certificates = [] } = section;
  const fetchers = [...services, ...vpc_services, ...vpc_networks, ...mtls_certificates];
  const name = section.name ?? `${toml.name}${environment === undefined ? "" : `-${environment}`}`;
  return {
    name,
    compatibilityDate: section.compatibility_date ?? toml.compatibility_date ?? "",
    compatibilityFlags: section.compatibility_flags ?? toml.compatibility_flags ?? [],
    kvId: namespace.id ?? "POLICIES",
    fetchers: fetchers.map(({ binding }) => binding),
    objects: objectsOf(name, section, section.migrations ?? toml.migrations ?? []),
  };
}

/** The unique key is the one that wrangler gives a class locally. */
function objectsOf(
  worker: string,
  { durable_objects }: Section,
  migrations: readonly Migration[],
): ObjectNamespace[] {
  const sqlite = new Set(migrations.flatMap(({ new_sqlite_classes = [] }) => new_sqlite_classes));
  return (durable_objects?.bindings ?? [])
    .filter(({ script_name }) => script_name === undefined || script_name === worker)
    .map(({ name, class_name }) => ({
      binding: name,
      className: class_name,
      uniqueKey: `${worker}-${class_name}`,
      sqlite: sqlite.has(class_name),
    }));
}

/** Stands for the deployment's bindings where only their names matter. */
export const bindingsOf = ({ fetchers }: WorkerProject): Readonly<Record<string, unknown>> =>
  Object.fromEntries(fetchers.map((name) => [name, { fetch }]));
