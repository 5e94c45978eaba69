import type { Json } from '../wire/canonical.js';
import { canonicalJson } from '../wire/canonical.js';
import { type Lookup, lookupsCodec } from '../wire/query.js';
import {
    CONFIRMED_DECISION,
    CONFORMITY,
    DISPUTE_REVIEW,
    FACT_REVIEW,
    HALT,
    QUALIFICATION,
    type RecordType,
    SEAT,
    STANDARD,
    STANDING_VERDICT,
    TERMINATION,
    VERDICT,
} from '../store/keys.js';
import type { KeyPart } from '../store/keys.js';
import type { Ledger } from '../store/ledger.js';
import type { SupervisionContext } from './supervision-context.js';
import { SupervisionContract } from './supervision-contract.js';

/** Answers the exchange: one call returns everything the weak centre has to say about a step. */
export class RegistryContract extends SupervisionContract {
    async lookUp(ctx: SupervisionContext, query: string): Promise<string> {
        const answers: Json[] = [];
        for (const lookup of lookupsCodec.decode(query)) {
            answers.push(await find(ctx.ledger, lookup));
        }
        return canonicalJson(answers);
    }
}

async function find(ledger: Ledger, lookup: Lookup): Promise<Json> {
    switch (lookup.type) {
        case 'seat':
            return json(ledger, SEAT, lookup.kind, lookup.mspId, lookup.subjectHash);
        case 'qualification':
            return json(ledger, QUALIFICATION, lookup.participantId);
        case 'verdict':
            return (
                (await json(ledger, TERMINATION, lookup.agreementId)) ??
                (await json(ledger, VERDICT, lookup.agreementId, lookup.version))
            );
        case 'standing':
            return json(ledger, STANDING_VERDICT, lookup.standingId);
        case 'standard':
            return json(ledger, STANDARD, lookup.standardId);
        case 'conformity':
            return json(ledger, CONFORMITY, lookup.pointId, lookup.standardId);
        case 'halt':
            return json(ledger, HALT, lookup.carrier);
        case 'dispute-review':
            return json(ledger, DISPUTE_REVIEW, lookup.pointId, lookup.slot, lookup.raisedBy, lookup.number);
        case 'confirmed-decision':
            return json(ledger, CONFIRMED_DECISION, lookup.pointId, lookup.slot);
        case 'fact-review':
            return json(ledger, FACT_REVIEW, lookup.kind, lookup.factHash);
    }
}

async function json<Value>(ledger: Ledger, type: RecordType<Value>, ...parts: KeyPart[]): Promise<Json> {
    const value = await ledger.get(type, ...parts);
    return value === null ? null : type.codec.toJson(value);
}
