using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LoraFaaS.Engine.KvCache;

/// <summary>
/// Names a full block by all that its keys and values depend on: the salt, and every token up to its last one. A chain of SHA-256: equal keys mean
/// equal prefixes, and no caller can make one that meets another salt's.
/// </summary>
public readonly record struct BlockKey(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Where a chain begins.</summary>
    public static BlockKey Salt(ReadOnlySpan<byte> origin) => Hash(origin);

    /// <summary>The key of the block that follows.</summary>
    public BlockKey Next(ReadOnlySpan<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tokens.Length, KvLayout.BlockTokens);

        Span<ulong> input = stackalloc ulong[4 + (KvLayout.BlockTokens / 2)];
        (input[0], input[1], input[2], input[3]) = (A, B, C, D);
        MemoryMarshal.AsBytes(tokens).CopyTo(MemoryMarshal.AsBytes(input[4..]));
        return Hash(MemoryMarshal.AsBytes(input));
    }

    /// <summary>The name of all tokens up to an end that is not a block's: these few behind the last full block.</summary>
    public BlockKey End(ReadOnlySpan<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(tokens.Length, KvLayout.BlockTokens);

        Span<ulong> input = stackalloc ulong[4 + (KvLayout.BlockTokens / 2)];
        (input[0], input[1], input[2], input[3]) = (A, B, C, D);
        var bytes = MemoryMarshal.AsBytes(input);
        MemoryMarshal.AsBytes(tokens).CopyTo(bytes[(4 * sizeof(ulong))..]);
        return Hash(bytes[..((4 * sizeof(ulong)) + (tokens.Length * sizeof(int)))]);
    }

    private static BlockKey Hash(ReadOnlySpan<byte> input)
    {
        Span<ulong> hash = stackalloc ulong[4];
        SHA256.HashData(input, MemoryMarshal.AsBytes(hash));
        return new BlockKey(hash[0], hash[1], hash[2], hash[3]);
    }
}
