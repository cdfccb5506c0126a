/** What wrangler.toml says that matters on this machine too. */
import { parse } from "smol-toml";

export interface WorkerProject {
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** Under which wrangler keeps the namespace POLICIES locally. */
  readonly kvId: string;
  /** Names of bindings that a policy's `via` can use. */
  readonly fetchers: readonly string[];
}

interface Toml {
  readonly compatibility_date: string;
  readonly compatibility_flags?: readonly string[];
  readonly kv_namespaces?: readonly { readonly binding: string; readonly id?: string }[];
  readonly services?: readonly { readonly binding: string }[];
  readonly vpc_services?: readonly { readonly binding: string }[];
  readonly vpc_networks?: readonly { readonly binding: string }[];
  readonly mtls_certificates?: readonly { readonly binding: string }[];
}

/** @throws when the file is no TOML */
export function readProject(text: string): WorkerProject {
  const toml = parse(text) as unknown as Toml;
  const namespace = toml.kv_namespaces?.find(({ binding }) => binding === "POLICIES");
  const fetchers = [
    ...(toml.services ?? []),
    ...(toml.vpc_services ?? []),
    ...(toml.vpc_networks ?? []),
    ...(toml.mtls_certificates ?? []),
  ];
  return {
    compatibilityDate: toml.compatibility_date,
    compatibilityFlags: toml.compatibility_flags ?? [],
    kvId: namespace?.id ?? "POLICIES",
    fetchers: fetchers.map(({ binding }) => binding),
  };
}
