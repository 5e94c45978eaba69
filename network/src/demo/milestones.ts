type Gate = Readonly<{ reached: Promise<void>; open: () => void }>;

/** Moments that some tasks wait for and others bring about, by name. */
export class Milestones {
    readonly #gates = new Map<string, Gate>();

    reach(name: string): void {
        this.#gate(name).open();
    }

    async after(name: string): Promise<void> {
        await this.#gate(name).reached;
    }

    #gate(name: string): Gate {
        const known = this.#gates.get(name);
        if (known !== undefined) {
            return known;
        }
        let open = (): void => undefined;
        const reached = new Promise<void>((resolve) => {
            open = resolve;
        });
        const gate = { reached, open };
        this.#gates.set(name, gate);
        return gate;
    }
}
