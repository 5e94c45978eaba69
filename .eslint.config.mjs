import { defineConfig } from 'eslint/config';
import { configs } from 'typescript-eslint';

/** What would make two endorsers of one transaction disagree: clocks, chance, locales, input and output. */
const NOT_DETERMINISTIC = [
    { name: 'Date', message: 'only the clock guard reads a clock' },
    { name: 'Intl', message: 'the ledger knows no locale' },
    { name: 'fetch', message: 'a chaincode reads the ledger only' },
    { name: 'setTimeout', message: 'a chaincode does not wait' },
    { name: 'setInterval', message: 'a chaincode does not wait' },
    { name: 'setImmediate', message: 'a chaincode does not wait' },
    { name: 'performance', message: 'only the clock guard reads a clock' },
    { name: 'parseFloat', message: 'quantities are whole numbers: see units.ts' },
];

export default defineConfig(
    { ignores: ['**/dist/', '**/node_modules/', '.commonwatt/', 'coverage/', 'reference/', 'test-network-config/'] },
    {
        // A finding is mended or the rule is argued here; nobody switches it off in passing.
        linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' },
    },
    {
        files: ['**/*.ts'],
        extends: [configs.strictTypeChecked, configs.stylisticTypeChecked],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            // Slots, lanes, ports and counts are numbers and read well inside text.
            '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
            // `() => book.put(x)` as a callback is clearer than a block of one statement.
            '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
            // Records are type aliases throughout, so that Readonly<…> wraps them; an interface is for what is implemented.
            '@typescript-eslint/consistent-type-definitions': 'off',
            // `ctx` is in the signature of every verb, `_` marks what a callback must accept and does not need.
            '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
            // Fabric's packages hand each other's classes around by structure, and so do stubs in tests.
            '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
            // A base class without state still gives its heirs their context.
            '@typescript-eslint/class-methods-use-this': 'off',

            '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
            '@typescript-eslint/explicit-module-boundary-types': 'error',
            '@typescript-eslint/prefer-readonly': 'error',
            '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],

            complexity: ['error', 12],
            'max-depth': ['error', 3],
            'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
            'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
            'max-params': ['error', 6],
            eqeqeq: ['error', 'always', { null: 'ignore' }],
            'no-console': 'error',
            'no-restricted-properties': [
                'error',
                { object: 'Math', property: 'random', message: 'ids and salts come from node:crypto' },
            ],
        },
    },
    {
        files: ['chaincode/src/{domain,wire,store,exchange,supervision}/**/*.ts'],
        rules: {
            'no-restricted-globals': ['error', ...NOT_DETERMINISTIC],
            'no-restricted-properties': [
                'error',
                { object: 'Math', property: 'random', message: 'endorsers must agree' },
                { property: 'localeCompare', message: 'the ledger knows no locale' },
                { property: 'toLocaleString', message: 'the ledger knows no locale' },
            ],
        },
    },
    {
        files: ['chaincode/src/store/clock-guard.ts'],
        rules: { 'no-restricted-globals': 'off' },
    },
    {
        // Rounding is decided in one place. A slot's number is the other quotient, of whole milliseconds.
        files: ['chaincode/src/domain/**/*.ts'],
        ignores: ['chaincode/src/domain/units.ts', 'chaincode/src/domain/clock.ts'],
        rules: {
            'no-restricted-syntax': [
                'error',
                {
                    selector: "BinaryExpression[operator='/']",
                    message: 'divide in units.ts, by a function named for its rounding',
                },
                { selector: 'Literal[raw=/^[0-9]*[.][0-9]/]', message: 'quantities are whole numbers' },
            ],
        },
    },
    {
        files: ['test/**/*.ts'],
        rules: {
            // A suite is a list of cases, not a function that anybody has to hold in the head at once.
            'max-lines-per-function': 'off',
            'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
            // `expect(x).to.be.true` is chai's way to assert.
            '@typescript-eslint/no-unused-expressions': 'off',
            'no-restricted-properties': [
                'error',
                ...['describe', 'it', 'context'].flatMap((object) =>
                    ['only', 'skip'].map((property) => ({ object, property, message: 'every test runs, every time' })),
                ),
            ],
        },
    },
    {
        files: ['**/*.{js,mjs,cjs}'],
        languageOptions: { globals: { process: 'readonly', URL: 'readonly', Buffer: 'readonly', console: 'readonly' } },
        rules: { 'no-undef': 'off', 'no-unused-vars': 'error', eqeqeq: ['error', 'always', { null: 'ignore' }] },
    },
);
