/** What a gateway says of its clusters once nothing is under way any more. */
import assert from "node:assert/strict";
import { ADMIN_TOKEN, type RunningGateway } from "../../e2e/support/gateway.ts";

/** Every endpoint is in service, and whatever became of its tries, each is counted as ended. */
export async function assertCalm({ url }: RunningGateway): Promise<void> {
  const response = await fetch(`${url}/_limen/clusters`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  const { clusters } = JSON.parse(await response.text());
  for (const { name, endpoints } of clusters) {
    for (const { index, state, active } of endpoints) {
      assert.deepEqual({ state, active }, { state: "healthy", active: 0 }, `${name}-${index}`);
    }
  }
}
