// Encrypts as Cognito does, with the JavaScript edition of the AWS Encryption SDK.
// Standard input: {"secret", "poolId", "keyArn"} as JSON; standard output: the code, in base64.
// KMS is found by AWS's usual variables, the SDK by NODE_PATH.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const sdk = createRequire(import.meta.url)("@aws-crypto/client-node");
const { secret, poolId, keyArn } = JSON.parse(readFileSync(0, "utf8"));

const { encrypt } = sdk.buildEncrypt(sdk.CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT);
const keyring = new sdk.KmsKeyringNode({ generatorKeyId: keyArn });
const { result } = await encrypt(keyring, Buffer.from(secret, "utf8"), {
  suiteId: sdk.AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384,
  encryptionContext: { "userpool-id": poolId },
  frameLength: 4096,
});
process.stdout.write(result.toString("base64"));
