import { canonicalJson } from "../../../../schema/kernel/json.ts";
import { type Failed, invalid } from "../../errors.ts";
import { isSigned, signatureOf } from "../../models/signature.ts";
import type { Content, GenerateRequest, Part } from "./wire.ts";

/** Stands in for a signature in a history that another model made; documented by the provider. */
const NO_SIGNATURE = "skip_thought_signature_validator";

/** What a call's signature is made from; the order of its arguments is nobody's. */
export const callText = (name: string, args: unknown): string => `${name}${canonicalJson(args ?? {})}`;

export const callSignature = (name: string, args: unknown): string => signatureOf(callText(name, args));

/** Models from the third generation on want the signatures of the calls that are being answered. */
export const wantsSignatures = (model: string): boolean => /gemini-[3-9]/.test(model);

/** The rules between the fields of a request; the first that is broken, or null. */
export function ruleBroken(request: GenerateRequest, model: string): Failed | null {
  return historyBroken(request.contents) ?? signaturesBroken(request.contents, model) ?? configBroken(request);
}

const callsOf = ({ parts }: Content) => parts.flatMap((part) => (part.functionCall ? [part.functionCall] : []));
const responsesOf = ({ parts }: Content) =>
  parts.flatMap((part) => (part.functionResponse ? [part.functionResponse] : []));

/** A turn of calls follows the user's, and the next turn holds as many responses, by the names that were called. */
function historyBroken(contents: readonly Content[]): Failed | null {
  let open: readonly string[] = [];
  for (const [at, content] of contents.entries()) {
    const path = `contents[${at}].parts`;
    const [calls, responses] = [callsOf(content), responsesOf(content)];
    const role = content.role ?? "user";
    if (role === "user" && calls.length > 0)
      return invalid("function call parts belong into a turn of the model", path);
    if (role === "model" && responses.length > 0)
      return invalid("function response parts belong into a turn of the user", path);
    const unknown = responses.find(({ name }) => !open.includes(name));
    if (unknown !== undefined) {
      return invalid(`the function response '${unknown.name}' answers no function call of the turn before`, path);
    }
    if (responses.length !== open.length) {
      const rule =
        "the number of function response parts is equal to the number of function call parts of the function call turn";
      return invalid(`Please ensure that ${rule}.`, path);
    }
    if (calls.length > 0 && (at === 0 || contents[at - 1]?.role === "model")) {
      const rule = "function call turn comes immediately after a user turn or after a function response turn";
      return invalid(`Please ensure that ${rule}.`, path);
    }
    open = calls.map(({ name }) => name);
  }
  return open.length > 0 ? invalid("the last function call turn has no function responses", "contents") : null;
}

/** A signature is handed back with the call it came with. Of parallel calls the first has one. */
function signaturesBroken(contents: readonly Content[], model: string): Failed | null {
  const current = contents.findLastIndex(
    ({ role, parts }) => role !== "model" && parts.every((part) => !part.functionResponse),
  );
  for (const [at, { role, parts }] of contents.entries()) {
    if (role !== "model") continue;
    const first = parts.findIndex((part) => part.functionCall);
    for (const [index, part] of parts.entries()) {
      const path = `contents[${at}].parts[${index}]`;
      if (wrongSignature(part)) return invalid("Thought signature is not valid.", `${path}.thoughtSignature`);
      if (index === first && at > current && part.thoughtSignature === undefined && wantsSignatures(model)) {
        return invalid(
          `Function call is missing a thought_signature in functionCall parts. Function call \`${part.functionCall?.name}\`.`,
          path,
        );
      }
    }
  }
  return null;
}

function wrongSignature({ functionCall: call, thoughtSignature }: Part): boolean {
  if (call === undefined || thoughtSignature === undefined || thoughtSignature === NO_SIGNATURE) return false;
  return !isSigned(callText(call.name, call.args), thoughtSignature);
}

function configBroken({ generationConfig: config, tools, toolConfig }: GenerateRequest): Failed | null {
  if (config?.responseSchema !== undefined && config.responseJsonSchema !== undefined) {
    return invalid("only one of responseSchema and responseJsonSchema may be set", "generationConfig.responseSchema");
  }
  const schema = config?.responseSchema ?? config?.responseJsonSchema;
  if (schema !== undefined && config?.responseMimeType !== "application/json") {
    return invalid(
      "a response schema needs the responseMimeType 'application/json'",
      "generationConfig.responseMimeType",
    );
  }
  const thinking = config?.thinkingConfig;
  if (thinking?.thinkingBudget !== undefined && thinking.thinkingLevel !== undefined) {
    return invalid("only one of thinkingBudget and thinkingLevel may be set", "generationConfig.thinkingConfig");
  }
  if (config?.logprobs !== undefined && config.responseLogprobs !== true) {
    return invalid("logprobs needs responseLogprobs", "generationConfig.logprobs");
  }
  const declared = (tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []).map(({ name }) => name);
  if (new Set(declared).size < declared.length) return invalid("Duplicate function declaration found", "tools");
  const calling = toolConfig?.functionCallingConfig;
  if (calling?.allowedFunctionNames !== undefined && calling.mode !== "ANY" && calling.mode !== "VALIDATED") {
    return invalid("allowedFunctionNames may only be set when the mode is ANY", "toolConfig.functionCallingConfig");
  }
  const unknown = calling?.allowedFunctionNames?.find((name) => !declared.includes(name));
  return unknown === undefined
    ? null
    : invalid(`the allowed function '${unknown}' is not declared`, "toolConfig.functionCallingConfig");
}
