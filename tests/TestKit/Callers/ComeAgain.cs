using System.Net;

namespace LoraFaaS.TestKit.Callers;

/// <summary>
/// What a caller does who is told that the machine is too busy to keep what was promised (429, with how long to wait): comes again then. Functions with a promised time to first token are honestly
/// refused so wherever several callers meet a machine that is slow or was given no processor for a moment.
/// </summary>
public static class ComeAgain
{
    /// <summary>How long to wait before the next try; null: the answer is final.</summary>
    public static TimeSpan? After(HttpResponseMessage answer)
    {
        ArgumentNullException.ThrowIfNull(answer);

        return answer.StatusCode is HttpStatusCode.TooManyRequests ? answer.Headers.RetryAfter?.Delta : null;
    }
}
