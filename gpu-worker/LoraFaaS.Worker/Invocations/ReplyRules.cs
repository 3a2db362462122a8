using System.Collections.Frozen;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Handler;

namespace LoraFaaS.Worker.Invocations;

/// <summary>What an answer's head may be. Pure.</summary>
internal static class ReplyRules
{
    private const string OwnPrefix = "x-lorafaas-";
    private const int MaxContentType = 256;

    /// <summary>Of the connection, or said by the platform about the call: code has no word in these.</summary>
    private static readonly FrozenSet<string> NotTheCodes = FrozenSet.ToFrozenSet(
        [
            "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "content-length", "content-type",
            "date", "server", "alt-svc", "strict-transport-security", "x-call-id", "x-request-id", "x-start-time", "x-served-by", "x-duration-seconds",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Null when it is one.</summary>
    public static string? Check(Reply reply)
    {
        if (reply.Status is < 200 or > 599)
        {
            return $"answered with status {reply.Status}";
        }

        if (reply.Headers.Count > HandlerLimits.MaxHeaders || reply.Headers.Sum(header => header.Name.Length + header.Value.Length) > HandlerLimits.MaxHeaderChars)
        {
            return $"answered with more than {HandlerLimits.MaxHeaders} headers, or {HandlerLimits.MaxHeaderChars} characters of them";
        }

        if (reply.ContentType.Length > MaxContentType || !IsValue(reply.ContentType))
        {
            return "answered with a content type that is none";
        }

        return reply.Headers.FirstOrDefault(header => !IsName(header.Name) || !IsValue(header.Value)) is { } bad
            ? $"answered with the header '{new string([.. bad.Name.Take(40).Where(char.IsAsciiLetterOrDigit)])}', which is not one"
            : null;
    }

    /// <summary>Without the headers that are not the code's to set, and with where the time went.</summary>
    public static Reply Clean(Reply reply, ColdStart account)
    {
        var clean = new Reply { Status = reply.Status, ContentType = reply.ContentType, ColdStart = account };
        clean.Headers.Add(reply.Headers.Where(header =>
            !NotTheCodes.Contains(header.Name) && !header.Name.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase)));
        return clean;
    }

    /// <summary>A token of RFC 9110, section 5.6.2.</summary>
    private static bool IsName(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    /// <summary>Visible ASCII, spaces and tabs: no line break can make two headers of one.</summary>
    private static bool IsValue(string value) => value.All(c => c is >= ' ' and <= '~' or '\t');
}
