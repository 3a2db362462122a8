using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;

namespace LoraFaaS.Gateway.Admission;

/// <summary>A caller's X-Call-Id is kept when it is fit for a log line and a header; otherwise the call gets one of its own.</summary>
internal static class CallIds
{
    private const int MaxLength = 128;

    public static CallId For(HttpRequest request) =>
        request.Headers[WireHeaders.CallId] is [{ } given] && IsSane(given) ? new CallId(given) : new CallId(RandomIds.Draw().ToString());

    private static bool IsSane(string text)
    {
        if (text.Length is 0 or > MaxLength)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or ':'))
            {
                return false;
            }
        }

        return true;
    }
}
