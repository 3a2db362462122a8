using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LoraFaaS.ServiceDefaults.Trust;

/// <summary>
/// Says, without the token itself, that a caller knows it, and lets the one who answers say the same. Made for calls to addresses that others may have taken
/// over: who listens at a dead worker's port learns nothing by which he could call anybody, and is not believed.
/// <code>X-Lorafaas-Proof: SHA-256 of the body . nonce . HMAC-SHA256(token, "call" address body-hash nonce)</code>
/// A proof holds for one body at one address: what it can be repeated for is the same call to the same worker. The nonce, 64 random bits of the process and
/// a count, need only be new: whoever guesses the next one still has no proof that a worker would answer.
/// </summary>
public static class CallProof
{
    public const string HeaderName = "X-Lorafaas-Proof";

    private const int NonceBytes = 16;
    private const int HashLetters = 2 * SHA256.HashSizeInBytes;
    private const int Length = HashLetters + 1 + (2 * NonceBytes) + 1 + HashLetters;

    private static readonly long Process = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private static long _count;

    /// <param name="token">The platform's.</param>
    /// <param name="authority">Host and port as the caller dials them, and as its Host header says.</param>
    /// <param name="body">All of it.</param>
    public static string Create(InternalToken token, string authority, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(token);

        var claim = string.Create(CultureInfo.InvariantCulture, $"{HashOf(body)}.{Process:x16}{Interlocked.Increment(ref _count):x16}");
        return $"{claim}.{MacOf(token, authority, claim)}";
    }

    /// <summary>Its sender knows the token and means this address. What it says of the body is for <see cref="Covers"/>.</summary>
    public static bool Holds(InternalToken token, string authority, string? proof)
    {
        ArgumentNullException.ThrowIfNull(token);

        return proof is { Length: Length } && AreSame(proof[(Length - HashLetters)..], MacOf(token, authority, proof[..(Length - HashLetters - 1)]));
    }

    /// <summary>True for the body that a proof which <see cref="Holds"/> was made for.</summary>
    public static bool Covers(string proof, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(proof);

        return proof.Length == Length && AreSame(proof[..HashLetters], HashOf(body));
    }

    /// <summary>What the one who was called says in return, under the same header.</summary>
    public static string Answer(InternalToken token, string proof)
    {
        ArgumentNullException.ThrowIfNull(token);

        return token.Sign("answer\n" + proof);
    }

    public static bool IsAnswer(InternalToken token, string proof, string? answer) => answer is not null && AreSame(answer, Answer(token, proof));

    private static string MacOf(InternalToken token, string authority, string claim) => token.Sign($"call\n{authority}\n{claim}");

    private static string HashOf(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);

        return Convert.ToHexStringLower(hash);
    }

    private static bool AreSame(string one, string other) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
}
