/** How this very Deno is called from a terminal. */
export const DENO_COMMAND = Deno.env.get("npm_command") === "exec"
  ? `npx -y deno@${Deno.version.deno}`
  : "deno";
