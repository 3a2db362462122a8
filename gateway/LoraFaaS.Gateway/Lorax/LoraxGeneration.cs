using System.Text;
using LoraFaaS.Gateway.Lorax.Wire;
using LoraFaaS.Gateway.OpenAi;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Lorax;

/// <summary>One generation as it adds up, and its words in LoRAX's language.</summary>
internal sealed class LoraxGeneration(LoraxRequest request)
{
    private readonly StringBuilder _text = new(request.ReturnFullText ? request.Inputs : "");

    public string Text => _text.ToString();

    public List<LoraxToken> Tokens { get; } = [];

    /// <summary>
    /// The new tokens. A character of several tokens is complete with its last: the others add no text. Without log-probabilities they are 0.
    /// </summary>
    public IEnumerable<LoraxToken> Add(Tokens tokens)
    {
        _text.Append(tokens.Text);

        for (var i = 0; i < tokens.Ids.Count; i++)
        {
            var logprob = i < tokens.Logprobs.Count ? ChatLogprobWriter.Finite(tokens.Logprobs[i].Logprob) : 0;
            var token = new LoraxToken(tokens.Ids[i], i == tokens.Ids.Count - 1 ? tokens.Text : "", logprob, Special: false);
            Tokens.Add(token);
            yield return token;
        }
    }

    public string Reason(Finished finished)
    {
        if (finished.Reason is FinishReason.Length)
        {
            return "length";
        }

        return request.Sampling.Stop?.Contains(finished.StoppedBy, StringComparer.Ordinal) is true ? "stop_sequence" : "eos_token";
    }
}
