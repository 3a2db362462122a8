namespace LoraFaaS.Engine.KvCache;

/// <summary>The keys of one sequence's full blocks, made as its tokens come.</summary>
public sealed class BlockChain(BlockKey salt)
{
    private readonly List<BlockKey> _keys = [];

    public IReadOnlyList<BlockKey> Keys => _keys;

    /// <summary>Makes the keys of all full blocks of these tokens; those made before stay.</summary>
    public void Extend(ReadOnlySpan<int> tokens)
    {
        for (var block = _keys.Count; block < tokens.Length / KvLayout.BlockTokens; block++)
        {
            var last = block == 0 ? salt : _keys[block - 1];
            _keys.Add(last.Next(tokens.Slice(block * KvLayout.BlockTokens, KvLayout.BlockTokens)));
        }
    }

    /// <summary>Names all of these tokens, those behind the last full block as well: under one salt equal names mean equal tokens.</summary>
    public BlockKey NameOf(ReadOnlySpan<int> tokens)
    {
        Extend(tokens);
        var full = tokens.Length / KvLayout.BlockTokens;
        return (full == 0 ? salt : _keys[full - 1]).End(tokens[(full * KvLayout.BlockTokens)..]);
    }
}
