/** Another order for every number, the same for the same one. */
export function shuffled<Value>(values: readonly Value[], seed: number): Value[] {
    const rest = [...values];
    const order: Value[] = [];
    for (let state = seed + 1; rest.length > 0; state = (state * 48_271) % 2_147_483_647) {
        order.push(...rest.splice(state % rest.length, 1));
    }
    return order;
}
