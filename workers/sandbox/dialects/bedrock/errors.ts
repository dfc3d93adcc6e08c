import type { ProviderError } from "../../errors.ts";

const TYPES: Readonly<Record<number, string>> = {
  400: "ValidationException",
  401: "UnrecognizedClientException",
  403: "AccessDeniedException",
  404: "ResourceNotFoundException",
  408: "ModelTimeoutException",
  413: "ValidationException",
  424: "ModelErrorException",
  429: "ThrottlingException",
  500: "InternalServerException",
  503: "ServiceUnavailableException",
};

/** The body of an error. Its type stands in a header. */
export function errorJson({ message, param }: ProviderError): string {
  return JSON.stringify({ message: param === null ? message : `The value at ${param} is not valid: ${message}` });
}

export const errorType = ({ status }: ProviderError): string =>
  TYPES[status] ?? (status < 500 ? "ValidationException" : "InternalServerException");

/** The same failure as the exception that a stream ends with, whose names begin small. */
export function exceptionType(error: ProviderError): string {
  if (error.status > 503) return "modelStreamErrorException";
  const type = errorType(error);
  return type.charAt(0).toLowerCase() + type.slice(1);
}
