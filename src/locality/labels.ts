/** Labels of callers and endpoints, those that their place implies included. */
import type { Labels, Locality } from "../plan/locality.ts";

/** By name; an absent label counts as an empty text. */
export type LabelMap = ReadonlyMap<string, string>;

/** Limen's short names, and the ones that Kubernetes and Istio give, which imported policies use. */
const PLACE_LABELS: Readonly<Record<keyof Locality, readonly string[]>> = {
  region: ["region", "topology.kubernetes.io/region"],
  zone: ["zone", "topology.kubernetes.io/zone"],
  subzone: ["subzone", "topology.istio.io/subzone"],
};

/** A known part of the place wins over a label of its name, as in Istio's `AugmentLabels`. */
export function labelsOf(locality: Locality, labels: Labels): LabelMap {
  const all = new Map(Object.entries(labels));
  for (const part of ["region", "zone", "subzone"] as const) {
    if (locality[part] === "") continue;
    for (const name of PLACE_LABELS[part]) all.set(name, locality[part]);
  }
  return all;
}
