using System.Text;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// What a sequence has to say and has not said yet. Tokens gather into one event while the reader has no credit, so that a slow reader costs
/// a few bytes and no events.
/// </summary>
internal sealed class PendingEvents
{
    private Started? _started;
    private Tokens? _tokens;

    public StringBuilder Text { get; } = new();

    public int TokenCount => _tokens?.Ids.Count ?? 0;

    public void Start(Started started) => _started = started;

    public void Add(int token, TokenLogprob? logprob)
    {
        _tokens ??= new Tokens();
        _tokens.Ids.Add(token);

        if (logprob is not null)
        {
            _tokens.Logprobs.Add(logprob);
        }
    }

    public Started? TakeStarted()
    {
        var started = _started;
        _started = null;
        return started;
    }

    /// <summary>Null when there is neither a token nor text.</summary>
    public Tokens? TakeTokens()
    {
        var tokens = _tokens ?? (Text.Length > 0 ? new Tokens() : null);

        if (tokens is not null)
        {
            tokens.Text = Text.ToString();
            Text.Clear();
            _tokens = null;
        }

        return tokens;
    }
}
