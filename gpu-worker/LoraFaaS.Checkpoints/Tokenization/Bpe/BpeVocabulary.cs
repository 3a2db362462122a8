using System.Globalization;

namespace LoraFaaS.Checkpoints.Tokenization.Bpe;

/// <summary>Tokens, their ids, and the merges by the pair they join.</summary>
internal sealed class BpeVocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly Dictionary<ulong, BpeMerge> _merges;

    public BpeVocabulary(Dictionary<string, int> ids, Dictionary<ulong, BpeMerge> merges)
    {
        _ids = ids;
        _idsBySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _merges = merges;
        LongestToken = ids.Count == 0 ? 0 : ids.Keys.Max(t => t.Length);
        ByteIds = [.. Enumerable.Range(0, 256).Select(b => Find([ByteAlphabet.ToChar((byte)b)]) ?? -1)];
        FallbackIds = [.. Enumerable.Range(0, 256).Select(b => Find(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>")) ?? -1)];
    }

    /// <summary>The merges run over bytes in <see cref="ByteAlphabet"/>, in place of characters.</summary>
    public required bool IsByteLevel { get; init; }

    /// <summary>A word that is a token as it stands is not merged.</summary>
    public required bool IgnoresMerges { get; init; }

    /// <summary>A character outside the vocabulary becomes its bytes' tokens, written &lt;0x0A&gt;.</summary>
    public required bool HasByteFallback { get; init; }

    public required int? UnknownId { get; init; }

    /// <summary>A run of unknown characters is one unknown token.</summary>
    public required bool FusesUnknown { get; init; }

    public IReadOnlyDictionary<string, int> Ids => _ids;

    public int LongestToken { get; }

    /// <summary>The token of each single byte in <see cref="ByteAlphabet"/>; -1 where there is none.</summary>
    public int[] ByteIds { get; }

    /// <summary>The fallback token of each byte; -1 where there is none.</summary>
    public int[] FallbackIds { get; }

    /// <summary>
    /// The key of a pair. The odd factor is a bijection, so keys stay distinct; without it the framework's hash of the key is
    /// left xor right, which falls on few buckets for ids so close together.
    /// </summary>
    public static ulong Pair(int left, int right) => (((ulong)(uint)left << 32) | (uint)right) * 0x9E37_79B9_7F4A_7C15;

    public int? Find(ReadOnlySpan<char> token) => _idsBySpan.TryGetValue(token, out var id) ? id : null;

    public bool TryMerge(int left, int right, out BpeMerge merge) => _merges.TryGetValue(Pair(left, right), out merge);
}
