using System.Collections.Frozen;
using System.Numerics;
using LoraFaaS.Engine.Grammars.States;
using LoraFaaS.Engine.Sampling;

namespace LoraFaaS.Engine.Grammars;

/// <summary>One sequence's way through a grammar. An end token is allowed where the text is a whole one, and nothing after it.</summary>
public sealed class GrammarMask : ITokenMask
{
    private readonly CompiledGrammar _grammar;
    private readonly FrozenSet<int> _endTokens;
    private readonly ulong[] _allowed;
    private GrammarState _state;

    public GrammarMask(CompiledGrammar grammar, FrozenSet<int> endTokens)
    {
        ArgumentNullException.ThrowIfNull(grammar);
        ArgumentNullException.ThrowIfNull(endTokens);

        (_grammar, _endTokens, _state) = (grammar, endTokens, grammar.Start);
        _allowed = new ulong[(grammar.VocabularySize + 63) / 64];
    }

    /// <summary>The tokens taken in so far are a whole text.</summary>
    public bool IsComplete => _state.IsComplete;

    /// <summary>A token was taken in that the grammar does not allow.</summary>
    public bool IsBroken => _state.IsDead;

    public void Apply(Span<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, _grammar.VocabularySize);

        _allowed.AsSpan().Clear();

        if (_grammar.MaskOf(_state) is { } mask)
        {
            mask.Shared.CopyTo(_allowed, 0);
            Allow(mask.Extra);
        }

        if (_state.IsComplete)
        {
            foreach (var end in _endTokens)
            {
                Allow([end]);
            }
        }

        for (var word = 0; word < _allowed.Length; word++)
        {
            var row = logits.Slice(word * 64, Math.Min(64, logits.Length - (word * 64)));

            if (_allowed[word] == 0)
            {
                row.Fill(float.NegativeInfinity);
                continue;
            }

            for (var forbidden = ~_allowed[word]; forbidden != 0; forbidden &= forbidden - 1)
            {
                var token = BitOperations.TrailingZeroCount(forbidden);

                if (token >= row.Length)
                {
                    break;
                }

                row[token] = float.NegativeInfinity;
            }
        }
    }

    public void Advance(int token)
    {
        if (_endTokens.Contains(token))
        {
            // After the end only an end may follow, for callers who ignore it.
            _state = _state.IsComplete ? _state.Space.Ended : _state.Space.Dead;
            return;
        }

        var bytes = _grammar.Vocabulary.BytesOf(token);
        _state = bytes.IsEmpty ? _state.Space.Dead : _grammar.Settle(_state.Next(bytes));
    }

    private void Allow(ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            _allowed[token >> 6] |= 1UL << token;
        }
    }
}
