/** Wakes all who wait; whoever wakes looks for himself whether that concerns him. */
export class Signal {
  #waiting: (() => void)[] = [];

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  notify(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
