using System.Collections.Frozen;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Gateway.Authentication;

namespace LoraFaaS.Gateway.Async;

/// <summary>Which headers are stored with a call and with its answer: not those of the connection, and nobody's credentials.</summary>
internal static class KeptHeaders
{
    /// <summary>Names and values of one call together.</summary>
    public const int MaxBytes = 32 * 1024;

    private static readonly FrozenSet<string> Left = FrozenSet.ToFrozenSet(
        [
            "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding",
            "Upgrade", "Expect", "Host", "Content-Length", "Date", "Server", "Alt-Svc", "Authorization", "Cookie", "Set-Cookie", "X-Api-Key",
            WireHeaders.CallbackUrl, WireHeaders.CallId, WireHeaders.StartTime, WireHeaders.ServedBy, "x-request-id",
        ],
        StringComparer.OrdinalIgnoreCase);

    public static Dictionary<string, string> OfRequest(IHeaderDictionary headers) => Of(headers, keepOwn: false);

    /// <summary>The platform's own account (cold start, revision, worker) belongs to the answer.</summary>
    public static Dictionary<string, string> OfAnswer(IHeaderDictionary headers) => Of(headers, keepOwn: true);

    public static int Size(Dictionary<string, string> headers) => headers.Sum(pair => pair.Key.Length + pair.Value.Length);

    private static Dictionary<string, string> Of(IHeaderDictionary headers, bool keepOwn) =>
        headers
            .Where(pair => !Left.Contains(pair.Key) && !pair.Key.StartsWith(':')
                && (keepOwn || !pair.Key.StartsWith(InternalHeaderGuard.Prefix, StringComparison.OrdinalIgnoreCase)))
            .ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase);
}
