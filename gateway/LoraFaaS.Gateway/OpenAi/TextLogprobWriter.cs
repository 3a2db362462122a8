using LoraFaaS.Gateway.OpenAi.Wire;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>Token log-probabilities in the completions shape; keeps the text offset of one choice from event to event.</summary>
internal sealed class TextLogprobWriter
{
    private int _offset;

    public TextLogprobs Write(IReadOnlyList<TokenLogprob> tokens)
    {
        var texts = new List<string>(tokens.Count);
        var logprobs = new List<float?>(tokens.Count);
        var tops = new List<IReadOnlyDictionary<string, float>?>(tokens.Count);
        var offsets = new List<int>(tokens.Count);

        foreach (var token in tokens)
        {
            var text = TokenText.Of(token.Token.Span);
            texts.Add(text);
            offsets.Add(_offset);
            _offset += text.Length;

            logprobs.Add(ChatLogprobWriter.Finite(token.Logprob));
            tops.Add(ToMap(token));
        }

        return new TextLogprobs(texts, logprobs, tops, offsets);
    }

    private static Dictionary<string, float> ToMap(TokenLogprob token)
    {
        var map = new Dictionary<string, float>(token.Top.Count);

        foreach (var top in token.Top)
        {
            map.TryAdd(TokenText.Of(top.Token.Span), ChatLogprobWriter.Finite(top.Logprob));
        }

        return map;
    }
}
