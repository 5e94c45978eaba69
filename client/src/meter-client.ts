import type { MeteringPoint, OwnerConsent } from '@commonwatt/chaincode/domain/meter';
import type { MeterExchange, MeterExchangeStatement } from '@commonwatt/chaincode/domain/meter-exchange';
import {
    meterExchangeCodec,
    meterExchangeStatementCodec,
    meteringPointCodec,
    type RegisterMeterCommand,
    registerMeterCodec,
} from '@commonwatt/chaincode/wire/meter';
import { type Page, type PageQuery, pointQueryCodec } from '@commonwatt/chaincode/wire/query';
import { translated } from './errors.js';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';

/** Metering points and their meters. */
export class MeterClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Signs a point as its owner, or as the owner of its parent or charge point, with the identity's signing key.
     * Nothing is sent.
     * @throws InvalidError SIGNING_KEY_MISSING, INPUT_INVALID
     */
    async consent(point: MeteringPoint, participantId = point.participantId): Promise<OwnerConsent> {
        const body = translated(() => meteringPointCodec.toJson(point));
        const { signature } = await this.#ledger.sign('commonwatt/metering-point/1', 'exchange', body);
        return { participantId, signature };
    }

    /**
     * Signs as the owner of a point that another meter counts there. Nothing is sent.
     * @throws InvalidError SIGNING_KEY_MISSING, INPUT_INVALID
     */
    async consentToExchange(statement: MeterExchangeStatement, participantId: string): Promise<OwnerConsent> {
        const body = translated(() => meterExchangeStatementCodec.toJson(statement));
        const { signature } = await this.#ledger.sign('commonwatt/meter-exchange/1', 'exchange', body);
        return { participantId, signature };
    }

    /**
     * Registers a metering point with its meter and the meter's signed baseline (`MeterSigner.baseline`), or a
     * scheduled point without either; with the signature of its owner (`consent`) and of whoever owns its parent or
     * charge point. The holder of a metering seat does.
     * @throws ForbiddenError CALLER_NOT_SEATED, SIGNATURE_MISSING · ConflictError METER_CONFLICT, SLOT_BEGUN · InvalidError
     * SIGNATURE_INVALID · NotFoundError PARTICIPANT_MISSING
     */
    async register(command: RegisterMeterCommand): Promise<Committed<MeteringPoint>> {
        return await this.#ledger.submit(
            'exchange',
            'meter:register',
            () => registerMeterCodec.encode(command),
            meteringPointCodec.decode,
            async () => {
                const existing = await orNull(this.show(command.point.pointId));
                return existing !== null && meteringPointCodec.isSame(existing, command.point) ? existing : null;
            },
        );
    }

    /**
     * Installs another meter, with what the old one closes at (`MeterSigner.closing`; nothing of a dead one) and the new
     * one opens at (`MeterSigner.baseline`), and the owner's signature (`consentToExchange`) or, in its place, none where
     * the regulator has confirmed the exchange. The holder of a metering seat does.
     * @throws ForbiddenError CALLER_NOT_SEATED, SIGNATURE_MISSING, FACT_NOT_CONFIRMED · InvalidError SIGNATURE_INVALID, METER_EXCHANGE_INVALID · ConflictError
     * METER_EXCHANGE_CONFLICT, SLOT_NOT_OVER · NotFoundError METER_MISSING
     */
    async exchange(command: MeterExchange): Promise<Committed<MeteringPoint>> {
        return await this.#ledger.submit(
            'exchange',
            'meter:exchange',
            () => meterExchangeCodec.encode(command),
            meteringPointCodec.decode,
            () => Promise.resolve(null), // the same exchange sent again changes nothing
        );
    }

    /** @throws NotFoundError METER_MISSING {pointId} */
    async show(pointId: string): Promise<MeteringPoint> {
        return await this.#ledger.evaluate(
            'exchange',
            'meter:show',
            () => pointQueryCodec.encode({ pointId }),
            meteringPointCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<MeteringPoint>> {
        return await this.#ledger.page('exchange', 'meter:list', query, meteringPointCodec);
    }

    async list(): Promise<readonly MeteringPoint[]> {
        return await everyItem((query) => this.page(query));
    }
}
