using System.Security.Cryptography;
using System.Text;

namespace LoraFaaS.ServiceDefaults.Trust;

/// <summary>
/// What both ends of a new connection say to each other, without the token itself, before anything else:
/// <code>
/// caller: "\0LFPROOF" caller's nonce
/// host:   host's nonce, HMAC-SHA256(token, "host" address caller's nonce, host's nonce)
/// caller: HMAC-SHA256(token, "caller" address caller's nonce, host's nonce)
/// </code>
/// Nonces are 32 random bytes of each, so nothing said on one connection is worth anything on another. The address is the one dialled, so whoever holds one
/// host's port can pass nothing on between a caller and another host. The host speaks first: who only listens on a port is never told a MAC of the caller's.
/// </summary>
internal static class ConnectionProof
{
    public const int NonceBytes = 32;
    public const int MacBytes = HMACSHA256.HashSizeInBytes;
    public const int HelloBytes = 8 + NonceBytes;
    public const int ReplyBytes = NonceBytes + MacBytes;

    /// <summary>No request of HTTP and no record of TLS begins with this byte.</summary>
    public const byte FirstByte = 0;

    public static ReadOnlySpan<byte> Magic => "\0LFPROOF"u8;

    /// <param name="hello">Filled, <see cref="HelloBytes"/> long.</param>
    public static void WriteHello(Span<byte> hello)
    {
        Magic.CopyTo(hello);
        RandomNumberGenerator.Fill(hello[Magic.Length..]);
    }

    public static bool IsHello(ReadOnlySpan<byte> hello) => hello.Length == HelloBytes && hello.StartsWith(Magic);

    /// <param name="reply">Filled, <see cref="ReplyBytes"/> long.</param>
    public static void WriteReply(InternalToken token, string authority, ReadOnlySpan<byte> hello, Span<byte> reply)
    {
        RandomNumberGenerator.Fill(reply[..NonceBytes]);
        Sign(token, "host", authority, hello, reply, reply[NonceBytes..]);
    }

    public static bool IsReply(InternalToken token, string authority, ReadOnlySpan<byte> hello, ReadOnlySpan<byte> reply) =>
        reply.Length == ReplyBytes && IsSigned(token, "host", authority, hello, reply, reply[NonceBytes..]);

    /// <param name="end">Filled, <see cref="MacBytes"/> long.</param>
    public static void WriteEnd(InternalToken token, string authority, ReadOnlySpan<byte> hello, ReadOnlySpan<byte> reply, Span<byte> end) =>
        Sign(token, "caller", authority, hello, reply, end);

    public static bool IsEnd(InternalToken token, string authority, ReadOnlySpan<byte> hello, ReadOnlySpan<byte> reply, ReadOnlySpan<byte> end) =>
        end.Length == MacBytes && IsSigned(token, "caller", authority, hello, reply, end);

    private static bool IsSigned(InternalToken token, string role, string authority, ReadOnlySpan<byte> hello, ReadOnlySpan<byte> reply, ReadOnlySpan<byte> given)
    {
        Span<byte> mac = stackalloc byte[MacBytes];
        Sign(token, role, authority, hello, reply, mac);

        return CryptographicOperations.FixedTimeEquals(mac, given);
    }

    /// <summary>Role and address end with a line each and the nonces are of one length, so two different things never give one text.</summary>
    private static void Sign(InternalToken token, string role, string authority, ReadOnlySpan<byte> hello, ReadOnlySpan<byte> reply, Span<byte> mac)
    {
        byte[] text = [.. Encoding.UTF8.GetBytes($"{role}\n{authority}\n"), .. hello[Magic.Length..], .. reply[..NonceBytes]];
        token.Sign(text, mac);
    }
}
