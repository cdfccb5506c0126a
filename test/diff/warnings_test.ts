/** Who takes whose requests after a change. */
import assert from "node:assert/strict";
import { diffOf, routeTo, withRoutes } from "./support.ts";

type Json = Record<string, unknown>;

const rows: readonly {
  readonly name: string;
  readonly before: readonly Json[];
  readonly after: readonly Json[];
  readonly warnings: readonly string[];
}[] = [
  {
    name: "a route of the same path with a higher precedence",
    before: [routeTo("x", "/x"), routeTo("y", "/y/*")],
    after: [{ ...routeTo("x", "/y/*"), precedence: 1 }, routeTo("y", "/y/*")],
    warnings: [
      "route x now shadows route y, which gets no request any more",
      "no route takes /x any more, as route x did",
    ],
  },
  {
    name: "a route that was never reached stays unmentioned",
    before: [routeTo("x", "/a"), routeTo("y", "/a")],
    after: [routeTo("x", "/a", { to: "dc" }), routeTo("y", "/a")],
    warnings: [],
  },
  {
    name: "one of several matches goes to another route",
    before: [
      routeTo("x", "/x"),
      { name: "y", match: [{ path: "/a/*" }, { path: "/b/*" }], to: "dc" },
    ],
    after: [
      { name: "x", match: [{ path: "/x" }, { path: "/b/*" }], precedence: 1, to: "aws" },
      { name: "y", match: [{ path: "/a/*" }, { path: "/b/*" }], to: "dc" },
    ],
    warnings: ["route x now takes /b/* from route y"],
  },
  {
    name: "conditions: only the requests that have them",
    before: [routeTo("x", "/x"), routeTo("y", "/a/*")],
    after: [
      {
        name: "x",
        match: [{ path: "/x" }, {
          path: "/a/*",
          method: ["PUT", "POST"],
          headers: {
            "X-Beta": { regex: "v[0-9]+(-rc)?" },
            "x-no": { not: "1" },
            "x-p": { prefix: "q" },
          },
          query: { "a b": { suffix: "&c" } },
          cookies: { c: { present: true } },
        }],
        to: "aws",
      },
      routeTo("y", "/a/*"),
    ],
    warnings: [
      'route x now takes PUT or POST /a/* with header x-beta regex "v[0-9]+(-rc)?" and ' +
      'header x-no not "1" and header x-p prefix q and parameter a b suffix "&c" and ' +
      "cookie c present true from route y",
    ],
  },
  {
    name: "hosts: exact and wildcard",
    before: [routeTo("x", "/x"), { name: "y", hosts: ["*.shop.test"], to: "dc" }],
    after: [
      { name: "x", hosts: ["a.shop.test", "*.b.shop.test"], to: "aws" },
      { name: "y", hosts: ["*.shop.test"], to: "dc" },
    ],
    warnings: [
      "no route takes /x any more, as route x did",
      "route x now takes a.shop.test/* and *.b.shop.test/* from route y",
    ],
  },
  {
    name: "a regex path",
    before: [routeTo("x", "/x"), routeTo("y", "/u/*")],
    after: [
      {
        name: "x",
        match: [{ path: "/x" }, { path: { regex: "/u/\\d{3}/(cart|list)" } }],
        precedence: 1,
        to: "aws",
      },
      routeTo("y", "/u/*"),
    ],
    warnings: ["route x now takes paths matching /u/\\d{3}/(cart|list) from route y"],
  },
  {
    name: "a rename is no other route",
    before: [routeTo("x", "/x"), routeTo("y", "/y")],
    after: [routeTo("x", "/x"), routeTo("z", "/y")],
    warnings: [],
  },
  {
    name: "a removed precedence gives requests back",
    before: [{ ...routeTo("x", "/*"), precedence: 1 }, routeTo("y", "/y/*")],
    after: [routeTo("x", "/*"), routeTo("y", "/y/*")],
    warnings: ["route y now takes /y/* from route x"],
  },
  {
    name: "many matches are counted",
    before: [
      routeTo("x", "/x"),
      { name: "y", match: [1, 2, 3, 4, 5].map((n) => ({ path: `/${n}` })), to: "aws" },
    ],
    after: [
      {
        name: "x",
        match: ["x", 1, 2, 3, 4].map((n) => ({ path: `/${n}` })),
        precedence: 1,
        to: "aws",
      },
      { name: "y", match: [1, 2, 3, 4, 5].map((n) => ({ path: `/${n}` })), to: "aws" },
    ],
    warnings: ["route x now takes /1, /2, /3 and 1 more from route y"],
  },
  {
    name: "two routes that lose to a third share a line",
    before: ["x", "y", "z"].map((name) => routeTo(name, `/${name}/*`)),
    after: [
      {
        name: "x",
        match: ["x", "y/a", "z/b"].map((path) => ({ path: `/${path}/*` })),
        precedence: 1,
        to: "aws",
      },
      routeTo("y", "/y/*"),
      routeTo("z", "/z/*"),
    ],
    warnings: ["route x now takes /y/a/* and /z/b/* from routes y and z"],
  },
  {
    name: "several routes whose requests nobody takes share a line",
    before: ["x", "y", "z"].map((name) => routeTo(name, `/${name}/*`)),
    after: ["x", "y", "z"].map((name) => routeTo(name, `/${name}/new`)),
    warnings: ["no route takes /x/*, /y/* and /z/* any more, as routes x, y and z did"],
  },
];

for (const { name, before, after, warnings } of rows) {
  Deno.test(`diff, who takes what: ${name}`, async () => {
    const { changes } = await diffOf(withRoutes(...before), withRoutes(...after));
    const told = changes.filter(({ kind }) => kind === "warning").map(({ message }) => message);
    assert.deepEqual(told, warnings);
  });
}

Deno.test("diff, who takes what: a new route for everything is one warning, and the first", async () => {
  const routes = Array.from({ length: 1_500 }, (_, n) => routeTo(`r${n}`, `/${n}/*`));
  const everything = { ...routeTo("new", "/*"), precedence: 1 };
  const { changes } = await diffOf(withRoutes(...routes), withRoutes(...routes, everything));
  const names = routes.map(({ name }) => name);
  assert.deepEqual(changes.map(({ kind, path }) => [kind, path]), [
    ["warning", "routes[1500]"],
    ["added", "routes[1500]"],
  ]);
  assert.equal(
    changes[0]!.message,
    "route new now shadows routes r0, r1, r2 and 1497 more, which get no request any more",
  );
  assert.deepEqual(changes[0]!.routes, names);
});

Deno.test("diff, who takes what: of very many routes, the first, and that there are more", async () => {
  const routes = (more: Json): Json[] => [
    routeTo("first", "/first", more),
    ...Array.from({ length: 51 }, (_, n) => ({
      name: `r${n}`,
      match: Array.from({ length: 1000 }, (_, i) => ({ path: `/${n}/${i}` })),
      to: "aws",
    })),
  ];
  const { changes } = await diffOf(
    withRoutes(...routes({ to: "aws" })),
    withRoutes(...routes({ to: "dc" })),
  );
  assert.deepEqual(changes.map(({ message }) => message), [
    "there are too many routes to tell of all who takes their requests now",
    "route first: to aws -> dc",
  ]);
});
