using System.Text;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>One answer, collected until it is whole.</summary>
internal sealed class CollectedChoice
{
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    public List<TokenLogprob> Logprobs { get; } = [];

    /// <summary>Those of the repeated prompt; empty when they are not wanted.</summary>
    public IReadOnlyList<TokenLogprob> PromptLogprobs { get; private set; } = [];

    /// <summary>Null until its last event.</summary>
    public Finished? Finished { get; set; }

    /// <summary>The prompt, when the caller wants it repeated.</summary>
    public void Start(Started started)
    {
        _text.Append(started.PromptText);
        PromptLogprobs = started.PromptLogprobs;
    }

    public void Add(Tokens tokens)
    {
        _text.Append(tokens.Text);
        Logprobs.AddRange(tokens.Logprobs);
    }
}
