/** The cases as a Worker: `GET /CASE?times=N` answers when it is done. */
import { type CaseName, cases } from "./cases.ts";
import type { Work } from "./work.ts";

const prepared = new Map<CaseName, Work>();

export default {
  fetch(request: Request): Response {
    const { pathname, searchParams } = new URL(request.url);
    const name = pathname.slice(1) as CaseName;
    let work = prepared.get(name);
    if (work === undefined) prepared.set(name, work = cases[name]());
    work(Number(searchParams.get("times")));
    return new Response();
  },
};
