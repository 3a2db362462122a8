using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Engine.Grammars;
using LoraFaaS.Engine.Grammars.Vocabulary;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>
/// Compiles response formats beside the engine loop and keeps the last ones, refused ones too, so that a schema that is sent with every request
/// is compiled once and its masks are shared. Used by the prompt station alone; the grammars themselves are safe for several threads.
/// </summary>
internal sealed class GrammarCache(TextSide text, int capacity = 16)
{
    private readonly Dictionary<string, LinkedListNode<(string Format, Reading<CompiledGrammar> Grammar)>> _byFormat = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Format, Reading<CompiledGrammar> Grammar)> _byUse = new();

    // A large vocabulary's tree takes some 100 ms and several MB, which most sandboxes never need.
    private TokenTrie? _trie;

    /// <summary>Empty: no format is asked for.</summary>
    public MaskOutcome MaskFor(string format)
    {
        if (format.Length == 0)
        {
            return new MaskOutcome.NotAsked();
        }

        if (text.EndTokens.Count == 0)
        {
            return Refuse("The backbone names no token that ends an answer, so a constrained one could not end.");
        }

        return Find(format) switch
        {
            Reading<CompiledGrammar>.Accepted accepted => new MaskOutcome.Ready(new GrammarMask(accepted.Value, text.EndTokens)),
            Reading<CompiledGrammar>.Refused refused => Refuse(refused.Why.Message),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private Reading<CompiledGrammar> Find(string format)
    {
        if (_byFormat.TryGetValue(format, out var known))
        {
            _byUse.Remove(known);
            _byUse.AddFirst(known);
            return known.Value.Grammar;
        }

        var grammar = GrammarCompiler.Compile(format, _trie ??= text.CreateTrie());
        _byFormat.Add(format, _byUse.AddFirst((format, grammar)));

        if (_byUse.Count > capacity && _byUse.Last is { } oldest)
        {
            _byUse.RemoveLast();
            _byFormat.Remove(oldest.Value.Format);
        }

        return grammar;
    }

    private static MaskOutcome.Refused Refuse(string message) => new(new Problem(ErrorCode.InvalidRequest, message, GrammarCompiler.Field));
}
