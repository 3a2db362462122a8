using LoraFaaS.Engine.Grammars.Vocabulary;

namespace LoraFaaS.Engine.Grammars.States;

/// <summary>Finds the tokens a state allows by walking the vocabulary's tree beside the states. Used under the grammar's lock, by one thread at a time.</summary>
internal sealed class MaskWalk(TokenTrie trie)
{
    private readonly GrammarState[] _path = new GrammarState[trie.MaxLength + 1];
    private readonly List<int> _tokens = [];
    private readonly List<int> _escapes = [];

    /// <summary>Nodes visited so far.</summary>
    public long Visited { get; private set; }

    /// <summary>Null: it would cost more than <see cref="GrammarLimits.MaskWork"/>.</summary>
    public GrammarMaskBits? MaskOf(GrammarState state)
    {
        if (state.Mask is { } known)
        {
            return known;
        }

        var limit = state.Space.Work + GrammarLimits.MaskWork;
        var local = state.Space.Localise(state);
        var shared = local.Mask ?? SharedMask(local, limit);

        if (shared is null || ReferenceEquals(local, state))
        {
            return shared;
        }

        return Resolve(state, shared, limit) ? Keep(state, shared with { Escapes = [], Extra = [.. _tokens] }, 4 * _tokens.Count) : null;
    }

    private GrammarMaskBits? SharedMask(GrammarState local, long limit)
    {
        Begin(local);

        if (!Walk(0, trie.Count, limit))
        {
            return null;
        }

        var bits = new ulong[(trie.VocabularySize + 63) / 64];

        foreach (var token in _tokens)
        {
            bits[token >> 6] |= 1UL << token;
        }

        return Keep(local, new GrammarMaskBits(bits, [.. _escapes], []), 8 * bits.Length);
    }

    /// <summary>Goes on from where the shared walk left the known frames, with all frames. False: too costly.</summary>
    private bool Resolve(GrammarState state, GrammarMaskBits shared, long limit)
    {
        Begin(state);

        foreach (var node in shared.Escapes)
        {
            var at = state;
            var path = trie.PathTo(node);

            for (var depth = 0; depth < path.Length; depth++)
            {
                at = at.Next(path[depth]);
                _path[depth + 1] = at;
            }

            if (!Walk(node + 1, trie.EndOf(node), limit))
            {
                return false;
            }
        }

        _tokens.RemoveAll(token => (shared.Shared[token >> 6] & (1UL << token)) != 0);
        return true;
    }

    private void Begin(GrammarState state)
    {
        _tokens.Clear();
        _escapes.Clear();
        _path[0] = state;
    }

    private bool Walk(int from, int to, long limit)
    {
        for (var node = from; node < to;)
        {
            var depth = trie.DepthOf(node);
            var next = _path[depth - 1].Next(trie.ByteOf(node));
            Visited++;

            if (next.IsDead)
            {
                node = trie.EndOf(node);
                continue;
            }

            if (next.Space.Work > limit)
            {
                return false;
            }

            if (trie.PlainHeightOf(node) is > 0 and < TokenTrie.NotPlain and var height && next.PlainRun >= height)
            {
                _tokens.AddRange(trie.TokensFrom(node));
                node = trie.EndOf(node);
                continue;
            }

            _path[depth] = next;
            _tokens.AddRange(trie.TokensOf(node));

            if (next.Escapes && trie.EndOf(node) > node + 1)
            {
                _escapes.Add(node);
                node = trie.EndOf(node);
                continue;
            }

            node++;
        }

        return true;
    }

    private static GrammarMaskBits Keep(GrammarState state, GrammarMaskBits mask, int bytes)
    {
        state.Space.Account(bytes);
        state.Mask = mask;
        return mask;
    }
}
