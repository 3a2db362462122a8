using System.Security.Cryptography;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;

namespace LoraFaaS.Gateway.Admission;

/// <summary>A caller's X-Call-Id is kept when it is fit for a log line and a header; otherwise the call gets one of its own.</summary>
internal static class CallIds
{
    private const int MaxLength = 128;
    private const int IdBytes = 16;

    /// <summary>Random bytes are asked of the kernel for so many ids at once: for one at a time asking took half as long as all of admission.</summary>
    private const int IdsAtOnce = 256;

    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _left;

    public static CallId For(HttpRequest request) =>
        request.Headers[WireHeaders.CallId] is [{ } given] && IsSane(given) ? new CallId(given) : new CallId(Fresh());

    /// <summary>A random UUID (RFC 9562, version 4).</summary>
    private static string Fresh()
    {
        var random = _random ??= new byte[IdsAtOnce * IdBytes];

        if (_left == 0)
        {
            RandomNumberGenerator.Fill(random);
            _left = IdsAtOnce;
        }

        var id = random.AsSpan(--_left * IdBytes, IdBytes);
        id[6] = (byte)(0x40 | (id[6] & 0x0f));
        id[8] = (byte)(0x80 | (id[8] & 0x3f));

        return new Guid(id, bigEndian: true).ToString();
    }

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
