using LoraFaaS.Engine.Grammars.Graphs;
using LoraFaaS.Engine.Grammars.States;
using LoraFaaS.Engine.Grammars.Vocabulary;

namespace LoraFaaS.Engine.Grammars;

/// <summary>
/// A grammar over one vocabulary: its states and their token masks, built as texts come to them and shared by all sequences that use it.
/// Safe to use from many threads.
/// </summary>
public sealed class CompiledGrammar
{
    /// <summary>Nodes of the vocabulary's tree that warming may visit: about 20 ms.</summary>
    private const long WarmVisits = 4_000_000;

    private const int WarmStates = 256;

    private readonly GrammarGraph _graph;
    private readonly TokenTrie _trie;
    private readonly MaskWalk _walk;
    private readonly Lock _masks = new();
    private StateSpace _space;

    internal CompiledGrammar(GrammarGraph graph, TokenTrie trie)
    {
        (_graph, _trie, _walk, _space) = (graph, trie, new MaskWalk(trie), new StateSpace(graph));
    }

    public int VocabularySize => _trie.VocabularySize;

    internal TokenTrie Vocabulary => _trie;

    internal GrammarState Start => Volatile.Read(ref _space).Start;

    /// <summary>
    /// Computes the masks of the states that come first, so that the engine finds them done. False: even these cost too much, and the grammar is
    /// of no use.
    /// </summary>
    internal bool TryWarm()
    {
        var (seen, open) = (new HashSet<GrammarState>(), new Queue<GrammarState>([Start]));

        while (open.TryDequeue(out var state) && seen.Count < WarmStates && _walk.Visited < WarmVisits && _space.Work < GrammarLimits.WarmWork)
        {
            if (MaskOf(state) is null)
            {
                return false;
            }

            foreach (var value in _graph.Representatives)
            {
                var next = state.Next(value);

                if (!next.IsDead && seen.Add(next))
                {
                    open.Enqueue(next);
                }
            }
        }

        return true;
    }

    /// <summary>Null: too costly (see <see cref="GrammarLimits.MaskWork"/>).</summary>
    internal GrammarMaskBits? MaskOf(GrammarState state)
    {
        if (state.Mask is { } known)
        {
            return known;
        }

        lock (_masks)
        {
            return _walk.MaskOf(state);
        }
    }

    /// <summary>The same state, in a space that is not full.</summary>
    internal GrammarState Settle(GrammarState state)
    {
        if (!state.Space.IsFull)
        {
            return state;
        }

        lock (_masks)
        {
            if (_space.IsFull)
            {
                _space = new StateSpace(_graph);
            }

            return _space.Adopt(state);
        }
    }
}
