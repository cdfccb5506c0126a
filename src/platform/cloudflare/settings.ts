/** The settings of this deployment. */
import { readSettings, type Settings } from "../../settings.ts";
import { type Env, textOf } from "./env.ts";

/** @throws when one of them is not what it should be */
export function settingsOf(env: Env): Settings {
  const read = readSettings((name) => textOf(env, name));
  if (!read.ok) throw new Error(read.errors.join(" "));
  return read.settings;
}
