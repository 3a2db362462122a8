using System.Collections.Frozen;
using System.Text;

namespace LoraFaaS.Contracts.Errors;

/// <summary>The one place where an <see cref="ErrorCode"/> becomes its wire name and its HTTP status.</summary>
public static class ErrorCodes
{
    private static readonly FrozenDictionary<ErrorCode, string> WireNames =
        Enum.GetValues<ErrorCode>().ToFrozenDictionary(code => code, code => SnakeCase(code.ToString()));

    private static readonly FrozenDictionary<string, ErrorCode> Codes =
        WireNames.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    public static string ToWire(this ErrorCode code) => WireNames[code];

    /// <summary>An unknown name (a newer peer's) reads as <see cref="ErrorCode.Internal"/>.</summary>
    public static ErrorCode FromWire(string name) => Codes.GetValueOrDefault(name, ErrorCode.Internal);

    public static int ToHttpStatus(this ErrorCode code) => code switch
    {
        ErrorCode.InvalidRequest or ErrorCode.AdapterInvalid or ErrorCode.BackboneInvalid or ErrorCode.ContextLengthExceeded
            or ErrorCode.NamespaceNotFound or ErrorCode.SecretNotFound or ErrorCode.BackboneNotFound or ErrorCode.AdapterNotFound
            or ErrorCode.ArtifactCorrupt or ErrorCode.CodeInvalid => 400,
        ErrorCode.Unauthorized or ErrorCode.InvalidApiKey => 401,
        ErrorCode.Forbidden => 403,
        ErrorCode.FunctionNotFound or ErrorCode.NotFound => 404,
        ErrorCode.MethodNotAllowed => 405,
        ErrorCode.AlreadyExists or ErrorCode.Conflict => 409,
        ErrorCode.BodyTooLarge => 413,
        ErrorCode.UnsupportedMediaType => 415,
        ErrorCode.QueueFull or ErrorCode.RateLimitExceeded or ErrorCode.WorkerBusy => 429,
        ErrorCode.Cancelled => 499,
        ErrorCode.SandboxLost or ErrorCode.HandlerLost => 502,
        ErrorCode.NoCapacity or ErrorCode.ActivationFailed or ErrorCode.WorkerUnavailable or ErrorCode.NotResident
            or ErrorCode.ControllerUnavailable or ErrorCode.Draining or ErrorCode.ArithmeticDiffers => 503,
        ErrorCode.DeadlineExceeded => 504,
        ErrorCode.Internal or ErrorCode.FunctionFailed => 500,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string SnakeCase(string pascal)
    {
        var text = new StringBuilder(pascal.Length + 4);

        foreach (var c in pascal)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
