/**
 * Makes a value of a text once, as long as not more than so many are kept; then it forgets all and begins again. What
 * cannot be made is tried each time.
 */
export function remembered<Value>(valuesMax: number, make: (text: string) => Value): (text: string) => Value {
    const values = new Map<string, Value>();
    return (text) => {
        const known = values.get(text);
        if (known !== undefined) {
            return known;
        }
        const made = make(text);
        if (values.size >= valuesMax) {
            values.clear();
        }
        values.set(text, made);
        return made;
    };
}
