using System.Text;
using LoraFaaS.Engine.Generation;
using LoraFaaS.Engine.Grammars;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Sampling;
using LoraFaaS.Sandbox.Generation;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>A request turned into what the engine loop needs: everything slow (templates, tokenising, replaying resumed tokens) is done.</summary>
internal sealed record PreparedGeneration
{
    /// <summary>The prompt, and behind it the tokens the caller already has.</summary>
    public required TokenSequence Tokens { get; init; }

    public required SequenceSampling Sampling { get; init; }

    /// <summary>The grammar that its text must be of; null: any text.</summary>
    public GrammarMask? Grammar { get; init; }

    public required GeneratedText Text { get; init; }

    public required FinishRules Finish { get; init; }

    /// <summary>Whose keys and values these are: one function revision's.</summary>
    public required OwnerTag Owner { get; init; }

    /// <summary>The keys of its full blocks, under which they are cached and found.</summary>
    public required BlockChain Prefix { get; init; }

    /// <summary>Names all tokens that it begins with, of one function revision: equal names mean that one computation serves both.</summary>
    public BlockKey Beginning { get; init; }

    /// <summary>How many they are.</summary>
    public int BeginningLength { get; init; }

    /// <summary>Each token is wanted as it comes; otherwise several may share an event.</summary>
    public required bool Stream { get; init; }

    /// <summary>Set when the tokens the caller already has end the generation: nothing is left but to say so.</summary>
    public FinishReason? Resumed { get; init; }

    /// <summary>The prompt as text, when the caller wants it repeated.</summary>
    public string? Echo { get; init; }

    /// <summary>The prompt's own log-probabilities, when the caller wants them.</summary>
    public PromptScores? Scores { get; init; }

    /// <summary>It ends when the prompt is computed.</summary>
    public bool IsPromptOnly { get; init; }

    /// <summary>Takes in the sequence's next token and appends what it adds to the text. Answers why the sequence ends with it, if it does.</summary>
    public FinishReason? Take(int token, StringBuilder text)
    {
        Tokens.Append(token);
        Sampling.Accept(token);

        if (Finish.IsEnd(token))
        {
            // The last bytes may still complete a stop string; the end token ended it all the same.
            Text.Complete(text);
            return FinishReason.EndOfSequence;
        }

        if (!Text.TryAppend(token, text))
        {
            return FinishReason.StopString;
        }

        if (Finish.Limit(Tokens.PromptLength, Tokens.GeneratedLength) is not { } limit)
        {
            return null;
        }

        return Text.Complete(text) ? limit : FinishReason.StopString;
    }
}
