import type { DatedRules, Rules } from '@commonwatt/chaincode/domain/rules';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { InternalError } from './errors.js';

/** Every version of the rules, by which old agreements and old slots are judged. */
export class RulesVersions {
    /** The version that was enacted last, in force or not. */
    readonly latest: DatedRules;
    readonly #versions: ReadonlyMap<number, DatedRules>;

    /** @throws InternalError RULES_MISSING {} where there is no version at all */
    constructor(versions: readonly DatedRules[]) {
        const latest = versions.reduce<DatedRules | undefined>(
            (last, each) => (last === undefined || each.rules.version > last.rules.version ? each : last),
            undefined,
        );
        this.latest = found(latest);
        this.#versions = new Map(versions.map((each) => [each.rules.version, each]));
    }

    /** The rules that an agreement was concluded under. */
    of({ rulesVersion }: Readonly<{ rulesVersion: number }>): Rules {
        return found(this.#versions.get(rulesVersion)).rules;
    }

    /** The rules of a slot. */
    at(slot: SlotIndex): Rules {
        let dated = this.latest;
        while (dated.fromSlot > slot && dated.rules.version > 1) {
            dated = found(this.#versions.get(dated.rules.version - 1));
        }
        return dated.rules;
    }
}

function found(dated: DatedRules | undefined): DatedRules {
    if (dated === undefined) {
        throw new InternalError({ code: 'RULES_MISSING' });
    }
    return dated;
}
