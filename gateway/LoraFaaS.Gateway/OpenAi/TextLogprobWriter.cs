using LoraFaaS.Gateway.OpenAi.Wire;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>Token log-probabilities in the completions shape; keeps the text offset of one choice from event to event.</summary>
internal sealed class TextLogprobWriter
{
    private int _offset;

    /// <param name="prompt">The tokens of a repeated prompt, from its first on, of which nothing can be said; empty when it is not repeated, or was before.</param>
    /// <param name="tokens">What was generated behind it.</param>
    public TextLogprobs Write(IReadOnlyList<TokenLogprob> prompt, IReadOnlyList<TokenLogprob> tokens)
    {
        var count = prompt.Count + tokens.Count;
        var lists = new TextLogprobs(new List<string>(count), new List<float?>(count), new List<IReadOnlyDictionary<string, float>?>(count), new List<int>(count));

        for (var i = 0; i < prompt.Count; i++)
        {
            Add(lists, prompt[i], isKnown: i > 0);
        }

        foreach (var token in tokens)
        {
            Add(lists, token, isKnown: true);
        }

        return lists;
    }

    private void Add(TextLogprobs lists, TokenLogprob token, bool isKnown)
    {
        var text = TokenText.Of(token.Token.Span);
        lists.Tokens.Add(text);
        lists.TextOffset.Add(_offset);
        lists.TokenLogprobs.Add(isKnown ? ChatLogprobWriter.Finite(token.Logprob) : null);
        lists.TopLogprobs.Add(isKnown ? ToMap(token, text) : null);
        _offset += text.Length;
    }

    /// <summary>The most probable ones and the token itself, so one more than was asked for where it is not among them.</summary>
    private static Dictionary<string, float> ToMap(TokenLogprob token, string text)
    {
        var map = new Dictionary<string, float>(token.Top.Count + 1);

        foreach (var top in token.Top)
        {
            map.TryAdd(TokenText.Of(top.Token.Span), ChatLogprobWriter.Finite(top.Logprob));
        }

        map.TryAdd(text, ChatLogprobWriter.Finite(token.Logprob));
        return map;
    }
}
