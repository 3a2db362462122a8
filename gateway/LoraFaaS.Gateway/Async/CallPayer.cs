using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Protocol.Control;

namespace LoraFaaS.Gateway.Async;

/// <summary>The API key that a call was handed in with: which, and not its text. What the call takes is known when it is executed, perhaps at another gateway.</summary>
internal static class CallPayer
{
    /// <summary>Among the call's headers, and never in from outside: the door takes a caller's away.</summary>
    public const string Header = "X-Lorafaas-Key";

    public static void Keep(IDictionary<string, string> headers, CallerKey? caller)
    {
        if (caller is not null && !ReferenceEquals(caller, CallerKey.Operator))
        {
            headers[Header] = caller.Id.Value;
        }
    }

    public static ApiKeyId? Of(CallRequest call) => call.Headers.TryGetValue(Header, out var id) ? new ApiKeyId(id) : null;
}
