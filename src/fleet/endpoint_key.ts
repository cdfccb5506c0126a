/** Endpoints as keys of maps. */
import type { EndpointName } from "../health/registry.ts";

/** A space stands in no cluster's name and in no origin. */
export const keyOf = ({ cluster, origin }: EndpointName): string => `${cluster} ${origin}`;
