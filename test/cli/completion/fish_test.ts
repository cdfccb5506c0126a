import assert from "node:assert/strict";
import { fishScript } from "../../../src/cli/completion/fish.ts";
import { wordsOf } from "../../../src/cli/completion/words.ts";
import { launcher, small } from "./support.ts";

const script = fishScript(wordsOf(small()), launcher);

const lines = [
  `complete -c limen -n __fish_use_subcommand -a 'check' -d 'Checks: it'\\''s [quick].'`,
  "complete -c limen -n '__fish_seen_subcommand_from check' -s t -l target -x -a 'cf deno' -d 'whose limits'",
  "complete -c limen -n '__fish_seen_subcommand_from check' -l note -x -d 'why; repeatable'",
  "complete -c limen -n '__fish_seen_subcommand_from check' -l out -r -F -d 'where to'",
  "complete -c limen -n '__fish_seen_subcommand_from check' -l store -x -a '(__fish_complete_directories)' -d 'from where'",
  "complete -c limen -n '__fish_seen_subcommand_from check' -l json -d 'for programs'",
  "complete -c limen -n '__fish_seen_subcommand_from check' -F",
  "complete -c limen -n '__fish_seen_subcommand_from shell' -a 'bash zsh'",
];
for (const line of lines) {
  Deno.test(`fish completion: ${line.slice("complete -c limen ".length)}`, () => {
    assert.ok(script.split("\n").includes(line), script);
  });
}

Deno.test("fish completion: nothing that is hidden", () => assert.ok(!script.includes("secret")));
