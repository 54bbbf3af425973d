/** How fast the workspace may be asked: a message a second in each channel with short bursts, other methods by tier. */

/** Messages that a channel takes at once; Slack says only that short bursts are tolerated. */
const burst = 4;

/** Requests a minute by method; Slack takes a few more. */
const tiers: Readonly<Record<string, number>> = {
  "users.lookupByEmail": 50,
  "users.info": 100,
  "users.list": 20,
  "conversations.list": 20,
  "conversations.open": 50,
  "conversations.info": 50,
  "chat.update": 50,
  "chat.delete": 50,
};

/** Not part of the stored state. */
export class Gate {
  readonly #levels = new Map<string, { level: number; at: number }>();

  /** Seconds to wait, where the message is one too many for its channel or the workspace; else it is counted. */
  message(channel: string, now: number): number | undefined {
    return (
      this.#pour("workspace", { size: 600, perSecond: 10 }, now) ??
      this.#pour(`channel ${channel}`, { size: burst, perSecond: 1 }, now)
    );
  }

  method(name: string, now: number): number | undefined {
    const tier = tiers[name];
    return tier === undefined ? undefined : this.#pour(name, { size: tier * 1.2, perSecond: tier / 60 }, now);
  }

  /** A bucket that leaks: it holds so much, and loses so much a second. */
  #pour(name: string, { size, perSecond }: { size: number; perSecond: number }, now: number): number | undefined {
    const held = this.#levels.get(name) ?? { level: 0, at: now };
    const level = Math.max(0, held.level - ((now - held.at) / 1000) * perSecond);
    const over = level + 1 - size;
    this.#levels.set(name, { level: over > 0 ? level : level + 1, at: now });
    return over > 0 ? Math.max(1, Math.ceil(over / perSecond)) : undefined;
  }
}
