using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>Adds up the tokens of all choices. The n answers to one prompt read it once: what one of them computed was not found, whoever took it from that one.</summary>
internal sealed class UsageCount(int choicesPerPrompt)
{
    private readonly Dictionary<int, int> _cached = [];
    private int _prompt;
    private int _completion;

    public TokenUsage Usage => TokenUsage.Of(_prompt, _completion, _cached.Values.Sum());

    public void Add(int index, Finished finished, Invocation invocation)
    {
        if (index % choicesPerPrompt == 0)
        {
            _prompt += finished.PromptTokens;
        }

        var prompt = index / choicesPerPrompt;
        _cached[prompt] = Math.Min(_cached.GetValueOrDefault(prompt, int.MaxValue), finished.CachedPromptTokens);
        _completion += finished.CompletionTokens;
        invocation.PromptTokens = _prompt;
        invocation.CompletionTokens = _completion;
    }
}
