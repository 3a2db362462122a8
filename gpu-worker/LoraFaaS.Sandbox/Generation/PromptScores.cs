using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// Log-probabilities of a prompt's own tokens, gathered in their order while the prompt is computed. What is gathered stays when the sequence is preempted.
/// Owned by the engine loop.
/// </summary>
internal sealed class PromptScores(int promptLength, int alternatives)
{
    /// <summary>They go out in one frame with the prompt's text, and a frame of more than 4 MiB costs the sandbox its connection.</summary>
    private const int MaxBytes = 2 << 20;

    private readonly List<TokenLogprob> _tokens = new(promptLength);
    private int _bytes;

    /// <summary>Tokens of the prompt.</summary>
    public int Length => promptLength;

    /// <summary>Alternatives beside each token.</summary>
    public int Alternatives => alternatives;

    public IReadOnlyList<TokenLogprob> Tokens => _tokens;

    /// <summary>Why they cannot be had; null: nothing is wrong so far.</summary>
    public Problem? Problem { get; private set; }

    public bool IsComplete => Problem is not null || _tokens.Count == promptLength;

    /// <summary>The first position whose logits are wanted still: those after it judge the token behind it. Beyond all positions when it is complete.</summary>
    public int Next => IsComplete ? int.MaxValue : Math.Max(0, _tokens.Count - 1);

    public void Add(TokenLogprob token)
    {
        _bytes += token.CalculateSize();

        if (_bytes > MaxBytes)
        {
            Fail(new Problem(ErrorCode.InvalidRequest, $"It is too long to be repeated with its log-probabilities: those of {_tokens.Count} of its {promptLength} tokens fill the answer.", "logprobs"));
            return;
        }

        _tokens.Add(token);
    }

    /// <summary>Those of another that has judged the same prompt to its end.</summary>
    public void Take(PromptScores judged)
    {
        _tokens.Clear();
        _tokens.AddRange(judged._tokens);
    }

    public void Fail(Problem problem)
    {
        Problem = problem;
        _tokens.Clear();
    }
}
